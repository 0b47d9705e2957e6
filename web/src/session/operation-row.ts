// An operation as a line of a table says it, in the words of `smbreplay session`.

import type { Operation } from "@smbreplay/sdk";
import { duration } from "../figures";
import { type Instant, nanosecondsBetween, parsed } from "./instant";
import { type Outcome, outcomeOf } from "./outcome";

/** The fields that lines are made of, whatever columns are shown. */
export const NEEDED = [
  "op",
  "kind",
  "command",
  "status",
  "status_name",
  "closed",
  "request_frame",
  "response_frame",
  "interim_frame",
  "request_time",
  "response_time",
  "interim_time",
  "latency_ns",
  "request_chain",
  "compound_index",
  "share",
  "path",
  "pattern",
  "new_path",
  "detail",
  "malformed",
];

/** The command; of an event, its kind. */
export function commandOf({ command, kind }: Operation): string {
  if (!command) {
    return kind ?? "";
  }
  return kind === "notification" ? `${command} notification` : command;
}

/** The status; of an event, how it ended. */
export function statusOf({ status, status_name, kind, closed }: Operation): { text: string; outcome: Outcome } {
  if (status) {
    return { text: (status_name ?? status).replace(/^STATUS_/, ""), outcome: outcomeOf(status) };
  }
  if (closed) {
    return { text: closed, outcome: "none" };
  }
  return kind === "request" ? { text: "no response", outcome: "missing" } : { text: "", outcome: "none" };
}

/** The share without its server. */
export function shareName({ share }: Operation): string {
  return share?.split("\\").pop() ?? "";
}

/** Path, and where a rename leads. The root of a share is `\`, as against a path that is not known. */
export function placeOf({ path, pattern, new_path }: Operation): string {
  const place = path === "" ? "\\" : (path ?? pattern ?? "");
  return typeof new_path === "string" ? `${place} → ${new_path}` : place;
}

/** What the command did, and that the server let the client wait. */
export function phraseOf(row: Operation): string {
  const said = row.malformed ? `malformed: ${row.malformed}` : (row.detail ?? "");
  if (typeof row.interim_frame !== "number") {
    return said;
  }
  const from = parsed(row.request_time ?? "");
  const to = parsed(row.interim_time ?? "");
  const waited = from && to ? nanosecondsBetween(from, to) : -1;
  return `${said}${said ? ", " : ""}pending in frame ${row.interim_frame}${waited >= 0 ? ` after ${duration(waited)}` : ""}`;
}

/** Nanoseconds from the start of the trace. */
export function timeOf({ request_time, response_time }: Operation, start: Instant): number | undefined {
  const time = parsed(request_time ?? response_time ?? "");
  return time ? nanosecondsBetween(start, time) : undefined;
}

/** The place of a request in its chain; nothing when it is alone. */
export function chainMark(row: Operation, next: Operation | undefined): string {
  const chain = row.request_chain;
  const goesOn = typeof chain === "number" && next?.request_chain === chain;
  if (!row.compound_index) {
    return goesOn ? "┌" : "";
  }
  return goesOn ? "│" : "└";
}
