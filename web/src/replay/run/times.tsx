// Response times of a run: captured against live, over time, by command.

import type { Answer } from "@smbreplay/sdk";
import { useCallback, useMemo } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { counted, duration, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { address, go } from "../../route";
import { VerdictTag } from "../verdicts";
import { PAGE } from "./operations";
import { lags, overTime, type Point, scatter } from "./points";
import { type Labels, PointsPlot } from "./points-plot";

type Timing = Answer<"getReplayTiming">;

const SLOWEST = 20;
const BY_VERDICT: Labels["series"] = [
  ["answered as captured, or not compared", "accent"],
  ["diverged", "bad"],
];
const SCATTER: Labels = {
  title: "Live against captured latency; on the line both are equal",
  x: "captured",
  y: "live",
  series: BY_VERDICT,
};
const OVER_TIME: Labels = {
  title: "Latencies by the captured time",
  x: "since the first captured request",
  y: "latency",
  series: [
    ["captured", "accent"],
    ["live", "warning"],
  ],
};
const LAG: Labels = {
  title: "How late requests were sent",
  x: "since the run began",
  y: "lag",
  series: BY_VERDICT,
};

export function Times({ trace, run }: { trace: string; run: string }) {
  const answer = useAnswer(
    (signal) => server().getReplayTiming(run, { capture_path: trace, points: 4_000 }, { signal, timeout: 0 }),
    [trace, run],
  );
  if (answer.error) {
    return <Trouble error={answer.error} again={answer.again} />;
  }
  return answer.value ? <Plots timing={answer.value} trace={trace} run={run} /> : <Waiting what="Reading all times" />;
}

function Plots({ timing, trace, run }: { timing: Timing; trace: string; run: string }) {
  const { points } = timing;
  const drawn = useMemo(() => ({ scatter: scatter(points), time: overTime(points), lag: lags(points) }), [points]);
  const open = useCallback((point: Point) => go(routeOf(point, trace, run)), [trace, run]);
  return (
    <>
      {timing.sampled ? (
        <p class="muted">
          The plots show {counted(points.length, "operation")} of {grouped(timing.total)}: the slowest, what diverged as
          far as there is room, and an even sample of the rest. The table by command is of all.
        </p>
      ) : null}
      {drawn.scatter.at.length === 0 ? (
        <p>No operation was answered in the capture and live.</p>
      ) : (
        <div class="plots">
          <PointsPlot labels={SCATTER} series={drawn.scatter} isLogX hasDiagonal open={open} />
          <PointsPlot labels={OVER_TIME} series={drawn.time} isLogX={false} open={open} />
          {drawn.lag.at.some(({ point }) => point.lag_ns) ? (
            <PointsPlot labels={LAG} series={drawn.lag} isLogX={false} open={open} />
          ) : null}
        </div>
      )}
      <Commands timing={timing} />
      <Slowest points={points} trace={trace} run={run} />
    </>
  );
}

function Commands({ timing: { commands } }: { timing: Timing }) {
  if (commands.length === 0) {
    return null;
  }
  const time = (milliseconds: number) => <td class="number">{duration(milliseconds * 1e6)}</td>;
  return (
    <section aria-label="Response times by command">
      <h2>By command</h2>
      <Scrolled label="Table of response times by command">
        <table>
          <thead>
            <tr>
              <th rowSpan={2}>Command</th>
              <th rowSpan={2} class="number">
                Operations
              </th>
              <th colSpan={3}>Captured</th>
              <th colSpan={3}>Live</th>
            </tr>
            <tr>
              {["captured", "live"].map((side) =>
                ["Median", "p99", "Max"].map((name) => (
                  <th key={`${side} ${name}`} class="number">
                    {name}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {commands.map(({ command, count, captured, live }) => (
              <tr key={command}>
                <th scope="row">{command}</th>
                <td class="number">{grouped(count)}</td>
                {time(captured.p50)}
                {time(captured.p99)}
                {time(captured.max)}
                {time(live.p50)}
                {time(live.p99)}
                {time(live.max)}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </section>
  );
}

/** What the plots show best is in a table too. */
function Slowest({ points, trace, run }: { points: readonly Point[]; trace: string; run: string }) {
  const slowest = points
    .filter(({ live_latency_ns }) => live_latency_ns !== null)
    .sort((a, b) => (b.live_latency_ns ?? 0) - (a.live_latency_ns ?? 0))
    .slice(0, SLOWEST);
  if (slowest.length === 0) {
    return null;
  }
  return (
    <section aria-label="Slowest live answers">
      <h2>Slowest live answers</h2>
      <Scrolled label="Table of the slowest live answers">
        <table>
          <thead>
            <tr>
              <th class="number">Row</th>
              <th>Command</th>
              <th>Verdict</th>
              <th class="number">Captured</th>
              <th class="number">Live</th>
            </tr>
          </thead>
          <tbody>
            {slowest.map((point) => (
              <tr key={point.row}>
                <td class="number">
                  <a href={address(routeOf(point, trace, run))}>{grouped(point.row)}</a>
                </td>
                <th scope="row">{point.command ?? "–"}</th>
                <td>
                  <VerdictTag verdict={point.verdict} />
                </td>
                <td class="number">{point.captured_latency_ns === null ? "–" : duration(point.captured_latency_ns)}</td>
                <td class="number">{duration(point.live_latency_ns ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </section>
  );
}

function routeOf({ row }: Point, trace: string, run: string) {
  return { view: "run", trace, run, part: "operations", from: row - (row % PAGE), row } as const;
}
