// When a request is worth another try.

import { APIError, NetworkError, TimeoutError } from "./errors.js";

const FIRST_DELAY = 200;
const LONGEST_DELAY = 10_000;
/** Who is asked to wait longer than this is told so. */
const LONGEST_WISH = 60_000;
const WORTH_IT = [502, 503, 504];

/** Milliseconds until a request is worth another try; undefined if it is not. */
export function retryDelay(error: unknown, attempt: number): number | undefined {
  if (error instanceof NetworkError && !(error instanceof TimeoutError)) {
    return backoff(attempt);
  }
  if (!(error instanceof APIError) || !WORTH_IT.includes(error.status)) {
    return undefined;
  }
  if (error.retryAfter === undefined) {
    return backoff(attempt);
  }
  return error.retryAfter <= LONGEST_WISH ? error.retryAfter : undefined;
}

/** Twice as long with each attempt, and not the same for all who wait. */
export function backoff(attempt: number, longest: number = LONGEST_DELAY): number {
  const most = Math.min(FIRST_DELAY * 2 ** attempt, longest);
  return most / 2 + (Math.random() * most) / 2;
}

/** Waits; rejected with the signal's reason when it is aborted. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    if (signal?.aborted) {
      failed(signal.reason);
      return;
    }
    const aborted = () => {
      clearTimeout(timer);
      failed(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      done();
    }, milliseconds);
    signal?.addEventListener("abort", aborted, { once: true });
  });
}
