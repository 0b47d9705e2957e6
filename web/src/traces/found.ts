// What the server tells of a trace that was ingested.

import type { Schema } from "@smbreplay/sdk";

export type CaseList = Schema<"CaseList">;
export type TraceSummary = Schema<"TraceSummary">;
export type TraceFile = TraceSummary["files"][number];
export type Counter = TraceSummary["counters"][number];
export type CounterGroup = Counter["group"];
