// Operations of a run as points of plots.

import type { Answer } from "@smbreplay/sdk";
import { isDiverged } from "../verdicts";

export type Point = Answer<"getReplayTiming">["points"][number];

/** The shortest time that is told apart, milliseconds: a logarithm has no zero. */
const SHORTEST = 0.001;

/** A point of a plot, and the operation it stands for. */
export interface At {
  x: number;
  y: number;
  point: Point;
}

/** Points by the series that they are drawn in, in the form that the plot takes: by `x`, null where a series has none. */
export interface Series {
  at: At[];
  data: [x: number[], ...ys: (number | null)[][]];
}

/** Captured against live latency, milliseconds; in the second series what diverged. */
export function scatter(points: readonly Point[]): Series {
  const at = points.flatMap((point) => {
    const { captured_latency_ns: captured, live_latency_ns: live } = point;
    return captured === null || live === null ? [] : [{ x: milliseconds(captured), y: milliseconds(live), point }];
  });
  return series(at, [({ point }) => !isDiverged(point.verdict), ({ point }) => isDiverged(point.verdict)]);
}

/** Captured and live latency by the captured time, seconds. */
export function overTime(points: readonly Point[]): Series {
  const live = new Set<At>();
  const at = points.flatMap((point) => {
    const { captured_at_ns: when, captured_latency_ns: before, live_latency_ns: now } = point;
    const found: At[] = [];
    if (when !== null && before !== null) {
      found.push({ x: when / 1e9, y: milliseconds(before), point });
    }
    if (when !== null && now !== null) {
      const one = { x: when / 1e9, y: milliseconds(now), point };
      live.add(one);
      found.push(one);
    }
    return found;
  });
  return series(at, [(one) => !live.has(one), (one) => live.has(one)]);
}

/** How late requests were sent, milliseconds, by when that was, seconds since the run began. */
export function lags(points: readonly Point[]): Series {
  const at = points.flatMap((point) => {
    const { sent_at_ns: when, lag_ns: lag } = point;
    return when === null || lag === null ? [] : [{ x: when / 1e9, y: milliseconds(lag), point }];
  });
  return series(at, [({ point }) => !isDiverged(point.verdict), ({ point }) => isDiverged(point.verdict)]);
}

function milliseconds(nanoseconds: number): number {
  return Math.max(SHORTEST, nanoseconds / 1e6);
}

function series(at: At[], belongs: ((at: At) => boolean)[]): Series {
  at.sort((a, b) => a.x - b.x);
  return {
    at,
    data: [at.map(({ x }) => x), ...belongs.map((belongs) => at.map((one) => (belongs(one) ? one.y : null)))],
  };
}
