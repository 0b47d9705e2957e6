// How the operations of a session are spread over its time.

import type { Schema } from "@smbreplay/sdk";
import { useMemo } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { counted, duration, grouped } from "../../figures";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { go } from "../../route";
import { useAbout } from "../about";
import { changed, type SessionRoute } from "../changed";
import { isTooLongForAddress } from "../filter/in-address";
import { nanosecondsBetween, parsed, textAfter } from "../instant";
import { both, quoted } from "../quote";
import { type Line, Plot } from "./plot";
import { type Span, spanOf, spanText } from "./span";
import { SpanButtons } from "./span-buttons";
import { TimelineTable } from "./timeline-table";

type Timeline = Schema<"SessionTimeline">;
const BUCKETS = 200;

export default function TimelineTab({ route }: { route: SessionRoute }) {
  const about = useAbout();
  const { filter, span: text } = route;
  const span = spanOf(text);
  const isTooLong = isTooLongForAddress(filter ?? "");
  const ask = (signal: AbortSignal) => {
    const query = {
      capture_path: about.trace,
      buckets: BUCKETS,
      ...(filter ? { filter } : {}),
      ...(span ? { from: span.from, to: span.to } : {}),
    };
    return server().getSessionTimeline(about.name, query, { signal });
  };
  const { value, error, again, waiting } = useAnswer(isTooLong ? undefined : ask, [
    about.trace,
    about.name,
    filter,
    text,
  ]);
  if (isTooLong) {
    return <p role="status">This filter is too long for a timeline.</p>;
  }
  if (error) {
    return <Trouble error={error} again={again} />;
  }
  if (!value) {
    return waiting ? <Waiting what="Counting operations" /> : null;
  }
  return <Timeline route={route} timeline={value} span={span} />;
}

function Timeline({ route, timeline, span }: { route: SessionRoute; timeline: Timeline; span: Span | undefined }) {
  const about = useAbout();
  const { buckets, width_ns, total } = timeline;
  const first = parsed(timeline.first_time) ?? about.start;
  const last = parsed(timeline.last_time) ?? first;
  const all = nanosecondsBetween(first, last) + 1;
  const shift = nanosecondsBetween(about.start, first);
  const view = useMemo(() => {
    const seconds = (nanoseconds: number) => (nanoseconds + shift) / 1e9;
    const times = buckets.map(({ at_ns }) => seconds(at_ns));
    times.push(seconds((buckets.at(-1)?.at_ns ?? 0) + width_ns));
    const latency = (of: "p50" | "p99" | "max") =>
      buckets.map(({ latency_ns }) => (latency_ns ? Math.max(1, latency_ns[of]) : null));
    const counts: Line[] = [
      { title: "Operations", colour: "accent", values: buckets.map(({ operations }) => operations), isFilled: true },
      { title: "Errors", colour: "bad", values: buckets.map(({ errors }) => errors), dash: [4, 2] },
    ];
    const concurrency: Line[] = [
      {
        title: "Outstanding",
        colour: "patched",
        values: buckets.map(({ concurrency }) => concurrency),
        isFilled: true,
      },
    ];
    const latencies: Line[] = [
      { title: "Maximum", colour: "bad", values: latency("max"), dash: [2, 2] },
      { title: "99 %", colour: "warning", values: latency("p99"), dash: [6, 3] },
      { title: "Median", colour: "accent", values: latency("p50") },
    ];
    return { times, counts, concurrency, latencies };
  }, [buckets, width_ns, shift]);
  const zoomTo = (span: Span | undefined) => go(changed(route, { span: span ? spanText(span) : undefined }));
  const zoom = (from: number, to: number) => {
    const within = (seconds: number) => Math.min(Math.max(0, seconds * 1e9 - shift), all);
    if (within(to) - within(from) >= 1) {
      zoomTo({ from: within(from), to: within(to) });
    }
  };
  /** The operations of a span of time. */
  const routeOf = ({ from, to }: Span) => {
    const begin = `request_time >= ${quoted(textAfter(first, from))}`;
    const expression = `${begin} && request_time < ${quoted(textAfter(first, to))}`;
    return changed(route, {
      tab: "operations",
      filter: route.filter ? both(route.filter, expression) : expression,
      op: undefined,
      span: undefined,
    });
  };
  const choose = (place: number) => {
    const bucket = buckets[place];
    if (bucket) {
      go(routeOf({ from: bucket.at_ns, to: bucket.at_ns + width_ns }));
    }
  };
  const shown = { from: timeline.from_ns, to: timeline.to_ns };
  const label = `${counted(total, "operation")} in ${buckets.length} spans of ${duration(width_ns)}. The table below has the same.`;
  const plot = { label, times: view.times, choose, zoom };
  if (total === 0) {
    return (
      <>
        <SpanButtons shown={shown} span={span} all={all} zoomTo={zoomTo} href={undefined} />
        <p>No operation {route.filter ? "matches the filter" : "is"} in this time.</p>
      </>
    );
  }
  return (
    <div class="timeline">
      <SpanButtons shown={shown} span={span} all={all} zoomTo={zoomTo} href={routeOf(shown)} />
      <p class="muted">
        {counted(total, "operation")} in spans of {duration(width_ns)}, in seconds from the first packet of the trace.
        Drag over a plot to look closer; click it for the operations whose request was sent then.
      </p>
      <Plot title="Operations and errors" {...plot} lines={view.counts} format={whole} />
      <Plot title="Most requests outstanding at once" {...plot} lines={view.concurrency} format={whole} />
      <Plot title="Latency" {...plot} lines={view.latencies} format={duration} isLogarithmic />
      <TimelineTable timeline={timeline} shift={shift} routeOf={routeOf} />
    </div>
  );
}

function whole(value: number): string {
  return Number.isInteger(value) ? grouped(value) : "";
}
