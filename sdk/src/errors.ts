// What goes wrong, as classes.

import { retryAfter } from "./retry-after.js";
import type { ErrorCode, Job } from "./types.js";

/** What all errors of this package are. */
export class SMBReplayError extends Error {
  override readonly name: string = "SMBReplayError";
}

/** What an {@link APIError} is made of. */
export interface APIErrorDetails {
  status: number;
  code?: ErrorCode;
  detail?: string;
  requestId?: string;
  retryAfter?: number;
  job?: Job;
}

/** The server did not carry out a request, or a job was not done. */
export class APIError extends SMBReplayError {
  override readonly name: string = "APIError";
  /** HTTP status. Of a job: the status that its request would have been answered with. */
  readonly status: number;
  /** The kind of error; undefined when the answer is none of smbreplay's: a proxy may have given it. */
  readonly code: ErrorCode | undefined;
  /** What to do about it, or where the fault is. */
  readonly detail: string | undefined;
  /** By this id the server's log knows the request. */
  readonly requestId: string | undefined;
  /** Milliseconds after which the server wants to be asked again, if it says so. */
  readonly retryAfter: number | undefined;
  /** The job that was not done. */
  readonly job: Job | undefined;

  constructor(message: string, details: APIErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.status = details.status;
    this.code = details.code;
    this.detail = details.detail;
    this.requestId = details.requestId;
    this.retryAfter = details.retryAfter;
    this.job = details.job;
  }
}

/** There is no such thing: status 404. */
export class NotFoundError extends APIError {
  override readonly name: string = "NotFoundError";
}

/** No answer came, or it broke off. `cause` has what the system said. */
export class NetworkError extends SMBReplayError {
  override readonly name: string = "NetworkError";
}

/** The server was silent for too long. */
export class TimeoutError extends NetworkError {
  override readonly name: string = "TimeoutError";
}

/** The class that fits a status. */
export function apiError(message: string, details: APIErrorDetails): APIError {
  return details.status === 404 ? new NotFoundError(message, details) : new APIError(message, details);
}

/** The error of an answer that is none of success. */
export async function errorOf(response: Response): Promise<APIError> {
  const requestId = response.headers.get("x-request-id") ?? undefined;
  const status = response.status;
  const after = retryAfter(response.headers.get("retry-after"));
  const text = await response.text();
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    told = undefined;
  }
  if (isTold(told)) {
    const detail = told.detail ?? undefined;
    return apiError(told.error, { status, code: told.code, detail, requestId, retryAfter: after });
  }
  const named = response.statusText === "" ? `status ${status}` : `status ${status} ${response.statusText}`;
  return apiError(`the answer is none of smbreplay's: ${named}`, { status, requestId, retryAfter: after });
}

function isTold(value: unknown): value is { error: string; code: ErrorCode; detail?: string | null } {
  return (
    typeof value === "object" &&
    value !== null &&
    "error" in value &&
    typeof value.error === "string" &&
    "code" in value &&
    typeof value.code === "string"
  );
}
