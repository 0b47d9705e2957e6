// What a code is answered with. A job tells the code alone.

import type { ErrorCode } from "./types.js";

/** The HTTP status of each code. */
export const STATUS: Readonly<Record<ErrorCode, number>> = {
  bad_request: 400,
  bad_path: 400,
  unauthorized: 401,
  outside_traces_folder: 403,
  forbidden_origin: 403,
  read_only: 403,
  password_required: 403,
  not_found: 404,
  case_not_found: 404,
  trace_not_found: 404,
  not_ingested: 404,
  session_not_found: 404,
  operation_not_found: 404,
  run_not_found: 404,
  job_not_found: 404,
  unknown_key: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  too_slow: 408,
  conflict: 409,
  cancelled: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_value: 422,
  invalid_filter: 422,
  not_a_capture: 422,
  not_replayable: 422,
  target_unusable: 422,
  too_many_jobs: 429,
  internal: 500,
  unavailable: 503,
  no_room: 507,
};
