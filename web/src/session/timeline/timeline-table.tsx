// The timeline in figures.

import type { Schema } from "@smbreplay/sdk";
import { duration, grouped, size } from "../../figures";
import { address } from "../../route";
import type { SessionRoute } from "../changed";
import { inSeconds } from "../instant";
import type { Span } from "./span";

export function TimelineTable({
  timeline,
  shift,
  routeOf,
}: {
  timeline: Schema<"SessionTimeline">;
  /** Nanoseconds from the first packet of the trace to the first message. */
  shift: number;
  routeOf: (span: Span) => SessionRoute;
}) {
  const { buckets, width_ns } = timeline;
  const busy = buckets.filter(({ operations, concurrency }) => operations > 0 || concurrency > 0);
  return (
    <details>
      <summary>The same as a table</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with keys. */}
      <section class="wide" tabIndex={0} aria-label="Timeline as a table">
        <table>
          <caption>Spans of {duration(width_ns)} in which nothing happened are left out.</caption>
          <thead>
            <tr>
              <th scope="col" class="number">
                From (s)
              </th>
              <th scope="col" class="number">
                Operations
              </th>
              <th scope="col" class="number">
                Errors
              </th>
              <th scope="col" class="number">
                Bytes
              </th>
              <th scope="col" class="number">
                Outstanding
              </th>
              <th scope="col" class="number">
                Median
              </th>
              <th scope="col" class="number">
                99 %
              </th>
              <th scope="col" class="number">
                Maximum
              </th>
            </tr>
          </thead>
          <tbody>
            {busy.map(({ at_ns, operations, errors, bytes, concurrency, latency_ns }) => (
              <tr key={at_ns}>
                <th scope="row" class="number">
                  {inSeconds(at_ns + shift)}
                </th>
                <td class="number">
                  <a href={address(routeOf({ from: at_ns, to: at_ns + width_ns }))}>{grouped(operations)}</a>
                </td>
                <td class={errors > 0 ? "number bad" : "number"}>{grouped(errors)}</td>
                <td class="number">{size(bytes)}</td>
                <td class="number">{grouped(concurrency)}</td>
                <td class="number">{latency_ns ? duration(latency_ns.p50) : "–"}</td>
                <td class="number">{latency_ns ? duration(latency_ns.p99) : "–"}</td>
                <td class="number">{latency_ns ? duration(latency_ns.max) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
