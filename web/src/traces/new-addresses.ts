// Addresses that the client has no methods for yet.

import { APIError, type ErrorCode, NetworkError } from "@smbreplay/sdk";

/** The cases of the traces folder. */
export interface CaseList {
  cases: { case_id: string; current: boolean }[];
  total: number;
}

export type CounterGroup = "found" | "mended" | "lost";

/** What was counted while a capture was ingested. */
export interface Counter {
  name: string;
  count: number;
  group: CounterGroup;
  meaning: string;
}

export interface SummaryFile {
  name: string;
  size: number;
  modified: string | null;
  xxh3_128: string;
  sha256: string | null;
  packets: number | null;
  first_time: string | null;
  last_time: string | null;
  left_out: string | null;
  damaged_places: number;
  damages: { offset: number; reason: string; skipped: number }[];
}

/** What the last ingest of a trace found. */
export interface TraceSummary {
  capture_path: string;
  case_id: string;
  name: string;
  files: SummaryFile[];
  size: number;
  packets: number;
  bytes: number;
  first_time: string | null;
  last_time: string | null;
  duration: number | null;
  link_types: string[];
  interfaces: string[];
  secrets_given: boolean;
  payload: "full" | "hash" | "none";
  payload_left_out: string | null;
  ingested_at: string | null;
  created_by: string;
  schema_version: string;
  connection_count: number;
  session_count: number;
  operation_count: number;
  smb2_messages: number;
  encrypted_messages: number;
  bytes_read: number;
  bytes_written: number;
  dropped: Record<string, number>;
  counters: Counter[];
  warnings: string[];
}

export function listCases(signal: AbortSignal): Promise<CaseList> {
  return ask("/api/cases", signal);
}

export function getTraceSummary(trace: string, signal: AbortSignal): Promise<TraceSummary> {
  return ask(`/api/traces/summary?${new URLSearchParams({ capture_path: trace })}`, signal);
}

async function ask<Answer>(address: string, signal: AbortSignal): Promise<Answer> {
  const key = sessionStorage.getItem("smbreplay.key");
  let response: Response;
  try {
    response = await fetch(address, { signal, headers: key === null ? {} : { "X-API-Key": key } });
  } catch (cause) {
    throw signal.aborted ? signal.reason : new NetworkError("no complete answer came", { cause });
  }
  const answer: unknown = await response.json();
  if (!response.ok) {
    const told = answer as { error: string; code: ErrorCode; detail?: string };
    const { status } = response;
    throw new APIError(told.error, { status, code: told.code, ...(told.detail ? { detail: told.detail } : {}) });
  }
  return answer as Answer;
}
