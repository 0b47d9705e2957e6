// What does not compile is not covered: the client has a method for every operation of the document, and each answers what it says.

import type { Answer, OperationId, SMBReplayClient } from "@smbreplay/sdk";

/** Operations with a method of another name. */
type Renamed = { getJobEvents: "jobEvents" };
type MethodOf<Id extends OperationId> = Id extends keyof Renamed ? Renamed[Id] : Id;
type Missing = { [Id in OperationId]: MethodOf<Id> extends keyof SMBReplayClient ? never : Id }[OperationId];

/** Operations whose answer has another form than JSON, or none. */
type Other =
  | "getJobEvents"
  | "getMetrics"
  | "getReplayPage"
  | "getReplayResults"
  | "getReplayTraffic"
  | "deleteTrace"
  | "deleteReplay";
type Returned<Name> = Name extends keyof SMBReplayClient
  ? SMBReplayClient[Name] extends (...args: never[]) => Promise<infer Value>
    ? Value
    : never
  : never;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Wrong = {
  [Id in Exclude<OperationId, Other>]: Same<Returned<Id>, Answer<Id>> extends true ? never : Id;
}[Exclude<OperationId, Other>];

type None<Names extends never> = Names;
export type EveryOperationHasAMethod = None<Missing>;
export type EveryAnswerIsTheDocuments = None<Wrong>;
