import type { Report } from "@smbreplay/sdk";
import { expect, test } from "vitest";
import { verdictSentence } from "./verdict-sentence";

function report(members: Partial<Report>): Report {
  const none = { matched: 0, status_diverged: 0, body_diverged: 0, no_response: 0, skipped: 0, not_compared: 0 };
  return { ...none, sent: 0, roots: [], interrupted: false, ...members } as Report;
}

test("the verdict is worded as in the report", () => {
  const root = {} as Report["roots"][number];
  expect(verdictSentence(report({ sent: 512, matched: 512 }))).toBe("All 512 requests were answered as captured.");
  expect(verdictSentence(report({ sent: 3, matched: 2, not_compared: 1 }))).toBe(
    "All 2 requests that were compared were answered as captured.",
  );
  expect(verdictSentence(report({ sent: 511, matched: 510, status_diverged: 1, skipped: 1, roots: [root] }))).toBe(
    "1 of 511 requests was answered differently; 1 cause; 1 was not sent.",
  );
  expect(verdictSentence(report({ skipped: 5, interrupted: true }))).toBe(
    "Nothing was compared; 5 were not sent; the run was interrupted.",
  );
  const shards = [{}, {}] as NonNullable<Report["shards"]>;
  expect(verdictSentence(report({ sent: 2, matched: 2, shards, missing_shards: [1, 3] }))).toBe(
    "All 2 requests were answered as captured; shards 1, 3 of 4 are missing.",
  );
});
