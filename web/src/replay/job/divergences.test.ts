import type { Divergence } from "@smbreplay/sdk";
import { expect, test } from "vitest";
import { Divergences, MOST_GROUPS } from "./divergences";

function divergence(command: string, frame: number): Divergence {
  return {
    session_file: "smb2_session_0x1.parquet",
    op: frame,
    frame,
    verdict: "status",
    command,
    path: null,
    captured_status: "STATUS_SUCCESS",
    live_status: "STATUS_ACCESS_DENIED",
    fields: [],
    differences: [],
  };
}

test("what looks alike is one group with its first frame", () => {
  const found = new Divergences();
  for (const [command, frame] of [
    ["CREATE", 1],
    ["READ", 2],
    ["CREATE", 3],
    ["READ", 4],
    ["CREATE", 5],
    ["WRITE", 6],
  ] as const) {
    found.add(divergence(command, frame));
  }
  const told = (order: "latest" | "count") =>
    found.list(order).map(({ first, count }) => [first.command, count, first.frame]);
  expect(told("count")).toEqual([
    ["CREATE", 3, 1],
    ["READ", 2, 2],
    ["WRITE", 1, 6],
  ]);
  expect(told("latest")[0]).toEqual(["WRITE", 1, 6]);
});

test("the groups are bounded, and what has none is counted", () => {
  const found = new Divergences();
  for (let number = 0; number < MOST_GROUPS + 7; number += 1) {
    found.add(divergence(`C${number}`, number));
  }
  expect([found.list("count").length, found.beyond, found.told]).toEqual([MOST_GROUPS, 7, MOST_GROUPS + 7]);
});
