import { expect, test } from "vitest";
import { overTime, type Point, scatter } from "./points";

const POINT: Point = {
  row: 0,
  command: "READ",
  verdict: "match",
  captured_at_ns: 0,
  captured_latency_ns: 2e6,
  sent_at_ns: 0,
  live_latency_ns: 3e6,
  lag_ns: null,
};

test("what was answered on one side only is no point of both", () => {
  const points: Point[] = [
    { ...POINT, row: 1, verdict: "body" },
    { ...POINT, row: 2, live_latency_ns: null },
    { ...POINT, row: 3, captured_latency_ns: 0 },
  ];
  const { at, data } = scatter(points);
  // A logarithmic axis has no zero; it is drawn at its end.
  expect(data).toEqual([
    [0.001, 2],
    [3, null],
    [null, 3],
  ]);
  expect(at.map(({ point }) => point.row)).toEqual([3, 1]);
});

test("over time both latencies of an operation are at its captured time", () => {
  expect(overTime([{ ...POINT, captured_at_ns: 5e9 }]).data).toEqual([
    [5, 5],
    [2, null],
    [null, 3],
  ]);
});
