// Names for what the document of the API describes.

import type { components, operations } from "./schema.js";

/** A schema of the document. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Name of an operation of the API. */
export type OperationId = keyof operations;

type Success<Responses> = Responses[keyof Responses & (200 | 201 | 202)];
type JsonOf<Response> = Response extends { content: { "application/json": infer Body } } ? Body : never;
type ParametersOf<Id extends OperationId> = operations[Id]["parameters"];

/** The JSON that an operation answers when it is done. */
export type Answer<Id extends OperationId> = operations[Id]["responses"] extends { 200: infer Done }
  ? JsonOf<Done>
  : JsonOf<Success<operations[Id]["responses"]>>;

/** What an operation takes behind `?`. */
export type Query<Id extends OperationId> = NonNullable<ParametersOf<Id>["query"]>;

/** The JSON that an operation takes. */
export type Body<Id extends OperationId> = operations[Id] extends {
  requestBody: { content: { "application/json": infer Json } };
}
  ? Json
  : never;

/** Why a request was not carried out. */
export type ErrorCode = Schema<"ErrorCode">;
/** A job: long work on the server. */
export type Job = Schema<"Job">;
/** How far a job is. */
export type JobProgress = Schema<"JobProgress">;
/** Where a job stands. */
export type JobState = Schema<"JobState">;
/** A captured operation. */
export type Operation = Schema<"Operation">;
/** A captured operation beside what became of it in a replay. */
export type ReplayedRow = Schema<"ReplayedRow">;
/** What an ingest did. */
export type IngestAnswer = Schema<"IngestAnswer">;
/** What a setup did. */
export type SetupAnswer = Schema<"SetupAnswer">;
/** What became of a replay. */
export type Execution = Schema<"Execution">;
/** What a check before a replay found. */
export type Validation = Schema<"Validation">;
/** The report of a replay. */
export type Report = Schema<"Report">;
/** The settings. */
export type Config = Schema<"Config">;

/** A root divergence, as a replay finds it. */
export interface Divergence {
  /** Name of its session file; null for a request of no session. */
  session_file: string | null;
  /** Its number in the trace. */
  op: number | null;
  /** Frame that completes the captured request. */
  frame: number | null;
  verdict: "status" | "body" | "no_response";
  /** Command, or `unknown`. */
  command: string;
  /** Path, relative to the share. */
  path: string | null;
  /** Name of the captured status. */
  captured_status: string;
  /** Name of the live status, or `no response`. */
  live_status: string;
  /** Names of the fields that differ, where the statuses do not. */
  fields: string[];
  /** The first ten differences. */
  differences: Schema<"FieldDifference">[];
}

/** A session: its id (`0x…`), its file name, or its number in the list of sessions. */
export type SessionName = string | number;
/** One session, several, or the one that was used last. */
export type OfSessions = SessionName | readonly SessionName[] | undefined;

/** Which operations of a session; names of fields may come one by one. */
export type OperationsQuery = Omit<Query<"getOperations">, "fields"> & { fields?: string | readonly string[] };

/** Which operations of a replay; verdicts may come one by one. */
export type ReplayOperationsQuery = Omit<Query<"getReplayOperations">, "verdict"> & {
  verdict?: string | readonly string[];
};
