export { SMBReplayClient } from "./client.js";
export { APIError, NetworkError, NotFoundError, SMBReplayError, TimeoutError } from "./errors.js";
export type { JobEvent, JobEventsOptions } from "./events.js";
export { type FollowOptions, JobHandle, type StartOptions } from "./jobs.js";
export type { components, operations, paths } from "./schema.js";
export type { ClientOptions, RequestOptions } from "./transport.js";
export type * from "./types.js";
export type { Capture, UploadOptions } from "./upload.js";
