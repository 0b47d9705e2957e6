// Verdicts: what became of an operation in a replay, in a word and in a sentence.

import type { ReplayedRow, Report } from "@smbreplay/sdk";

export type Verdict = ReplayedRow["verdict"];

/** How many operations have which verdict. */
export type Counts = Pick<
  Report,
  "matched" | "status_diverged" | "body_diverged" | "no_response" | "skipped" | "not_compared"
>;

/** The verdicts in the order of the report, each with what it says and where it is counted. */
export const VERDICTS: readonly { word: Verdict; meaning: string; member: keyof Counts }[] = [
  { word: "match", meaning: "answered as captured", member: "matched" },
  { word: "status", meaning: "another status", member: "status_diverged" },
  { word: "body", meaning: "the same status, other contents", member: "body_diverged" },
  { word: "no_response", meaning: "not answered in time", member: "no_response" },
  { word: "skipped", meaning: "not sent", member: "skipped" },
  { word: "not_compared", meaning: "sent, but there is nothing to compare with", member: "not_compared" },
];

/** Whether the live server answered differently. */
export function isDiverged(verdict: Verdict): boolean {
  return verdict === "status" || verdict === "body" || verdict === "no_response";
}

/** The word of a verdict, with its colour and the form of its edge. */
export function VerdictTag({ verdict }: { verdict: string }) {
  return <span class={`verdict ${verdict}`}>{verdict.replace("_", " ")}</span>;
}

/** `ACCESS_DENIED`: what all statuses begin with says nothing. */
export function shortStatus(status: string): string {
  return status.replace(/^STATUS_/, "");
}
