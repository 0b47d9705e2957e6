// Long work: started as a job and followed by its events, so that no time limit of a request is one of the work.

import { path } from "./address.js";
import { type APIError, apiError } from "./errors.js";
import { type JobEvent, type JobEventsOptions, jobEvents } from "./events.js";
import { STATUS } from "./status.js";
import { type RequestOptions, type Transport, withHeaders } from "./transport.js";
import type { Divergence, ErrorCode, Job, JobProgress, JobState } from "./types.js";

/** How to start a job. */
export interface StartOptions extends RequestOptions {
  /** Ends the job, unless `keepOnAbort` says otherwise; the call is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** Leave the job running when `signal` is aborted. */
  keepOnAbort?: boolean;
}

/** How to follow a job. */
export interface FollowOptions extends StartOptions, JobEventsOptions {
  /** Told how far the job is. */
  onProgress?: (progress: JobProgress) => void;
  /** Told each root divergence of a replay, as it is found. */
  onDivergence?: (divergence: Divergence) => void;
  /** Told what is worth knowing. */
  onWarning?: (warning: string) => void;
  /** Told where the job stands. */
  onState?: (state: JobState) => void;
}

/** Milliseconds for a request to be answered whose caller does not want it any more: the job that it starts has to be ended. */
const GRACE = 5_000;

/** A job on the server. `Result` is what comes of it. */
export class JobHandle<Result> {
  readonly #transport: Transport;

  constructor(
    transport: Transport,
    /** Its id. */
    readonly id: string,
  ) {
    this.#transport = transport;
  }

  /** The job as it is now. */
  get(options: RequestOptions = {}): Promise<Job> {
    return this.#transport.json<Job>(path`/api/jobs/${this.id}`, options);
  }

  /** Asks it to end. A job that has ended is answered with an {@link APIError}: `conflict`. */
  cancel(options: RequestOptions = {}): Promise<Job> {
    return this.#transport.json<Job>(path`/api/jobs/${this.id}`, { ...options, method: "DELETE" });
  }

  /** What happens in it, up to its end. */
  events(options: JobEventsOptions = {}): AsyncGenerator<JobEvent, void, undefined> {
    return jobEvents(this.#transport, this.id, options);
  }

  /** What came of it, once it is done. Rejected with an {@link APIError} that has the `job` when it is not done. */
  async result(options: FollowOptions = {}): Promise<Result> {
    try {
      return resultOf<Result>(await this.#ended(options));
    } catch (error) {
      if (options.signal?.aborted && options.keepOnAbort !== true) {
        await this.#endQuietly();
      }
      throw error;
    }
  }

  /** Starts a job. */
  static async start<Result>(
    transport: Transport,
    path: string,
    json: unknown,
    options: StartOptions = {},
  ): Promise<JobHandle<Result>> {
    const { signal, timeout, headers } = options;
    signal?.throwIfAborted();
    // Only its answer says which job is to be ended: the request goes on for a while when it is not wanted any more.
    const late = new AbortController();
    let grace: ReturnType<typeof setTimeout> | undefined;
    const aborted = () => {
      grace = setTimeout(() => late.abort(signal?.reason), options.keepOnAbort === true ? 0 : GRACE);
    };
    signal?.addEventListener("abort", aborted, { once: true });
    try {
      const call = { method: "POST" as const, json, timeout, headers, signal: late.signal };
      const job = await transport.json<Job>(path, withHeaders(call, { Prefer: "respond-async" }));
      const handle = new JobHandle<Result>(transport, job.id);
      if (signal?.aborted) {
        if (options.keepOnAbort !== true) {
          await handle.#endQuietly();
        }
        throw signal.reason;
      }
      return handle;
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      clearTimeout(grace);
      signal?.removeEventListener("abort", aborted);
    }
  }

  async #ended(options: FollowOptions): Promise<Job> {
    for await (const event of this.events(options)) {
      switch (event.type) {
        case "progress":
          options.onProgress?.(event.data);
          break;
        case "divergence":
          options.onDivergence?.(event.data);
          break;
        case "warning":
          options.onWarning?.(event.data);
          break;
        case "state":
          options.onState?.(event.data);
          break;
        case "end":
          return event.data;
      }
    }
    // The events end with `end` or with an error.
    throw new Error("unreachable");
  }

  /** Asks it to end for somebody who does not wait for the answer. */
  async #endQuietly(): Promise<void> {
    try {
      await this.cancel({ timeout: GRACE });
    } catch {
      // It has ended, or the server is gone: there is nobody left to be told.
    }
  }
}

/** What came of a job that has ended; as an error what its request would have been answered with. */
export function resultOf<Result>(job: Job): Result {
  if (job.error !== null) {
    throw failure(job, job.error.code, job.error.error, job.error.detail ?? undefined);
  }
  switch (job.state) {
    case "done":
      if (job.result === null) {
        throw failure(job, "unavailable", "what came of the job is not kept any more", "it was done");
      }
      return job.result as Result;
    case "interrupted":
      throw failure(job, "unavailable", "the server was stopped before the work was done");
    default:
      throw failure(job, "cancelled", "the job was cancelled before the work was done");
  }
}

function failure(job: Job, code: ErrorCode, message: string, detail?: string): APIError {
  return apiError(message, { status: STATUS[code] ?? 500, code, detail, job });
}
