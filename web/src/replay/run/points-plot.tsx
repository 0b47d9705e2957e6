// A plot of points that can be asked which operations they are.

import { useCallback, useState } from "preact/hooks";
import type uPlot from "uplot";
import { digits, duration } from "../../figures";
import { Plot } from "./plot";
import type { Colours } from "./plot-colours";
import type { At, Point, Series } from "./points";

/** Pixels within which a point is meant. */
const NEAR = 12;
/** Of more points the rings are smaller. */
const MANY = 2_000;

/** How the plot is labelled: axes, and the two series with their colours. */
export interface Labels {
  title: string;
  x: string;
  y: string;
  series: [name: string, colour: keyof Colours][];
}

/** `open` is called with the operation that is clicked. */
export function PointsPlot({
  labels,
  series,
  isLogX,
  hasDiagonal = false,
  open,
}: {
  labels: Labels;
  series: Series;
  isLogX: boolean;
  hasDiagonal?: boolean;
  open: (point: Point) => void;
}) {
  const [near, setNear] = useState<At>();
  const draw = useCallback(
    (colours: Colours) => {
      let hovered: At | undefined;
      const options: Omit<uPlot.Options, "width" | "height"> = {
        scales: {
          x: isLogX ? { time: false, distr: 3 } : { time: false },
          y: { distr: 3 },
        },
        legend: { show: false },
        cursor: { points: { show: false }, drag: { x: true, y: true, uni: 20 } },
        axes: [axis(colours, labels.x, isLogX ? inTime : (value) => `${value} s`), axis(colours, labels.y, inTime, 64)],
        series: [
          {},
          ...labels.series.map(([label, colour], place) => ({
            label,
            stroke: colours[colour],
            paths: () => null,
            // The second series is of rings: it is told by its form too.
            points: {
              show: true,
              size: place === 0 ? 4 : series.at.length > MANY ? 5 : 7,
              width: 1.5,
              fill: place === 0 ? colours[colour] : "transparent",
            },
          })),
        ],
        hooks: {
          draw: hasDiagonal ? [(plot) => diagonal(plot, colours.muted)] : [],
          setCursor: [
            (plot) => {
              hovered = nearest(plot, series.at);
              setNear(hovered);
              plot.over.style.cursor = hovered ? "pointer" : "crosshair";
            },
          ],
          ready: [
            (plot) => {
              plot.over.addEventListener("click", () => {
                if (hovered && plot.select.width === 0) {
                  open(hovered.point);
                }
              });
            },
          ],
        },
      };
      return { options, data: series.data as uPlot.AlignedData };
    },
    [labels, series, isLogX, hasDiagonal, open],
  );
  return (
    <div>
      <Plot label={labels.title} height={320} draw={draw} />
      <p class="legend muted">
        {labels.series.map(([name, colour], place) => (
          <span key={name}>
            <span class={colour} aria-hidden="true">
              {place === 0 ? "●" : "○"}
            </span>{" "}
            {place === 0 ? "dots" : "rings"}: {name}
          </span>
        ))}
      </p>
      <p class="muted near">
        {near
          ? inWords(near)
          : "Point at an operation to see it, click to open it; drag to zoom, double-click to see all."}
      </p>
    </div>
  );
}

function inWords({ point }: At): string {
  const time = (nanoseconds: number | null) => (nanoseconds === null ? "not answered" : duration(nanoseconds));
  return `${point.command ?? "request of the replay itself"}, row ${point.row}: ${point.verdict.replace("_", " ")}, captured ${time(point.captured_latency_ns)}, live ${time(point.live_latency_ns)}`;
}

function nearest(plot: uPlot, all: readonly At[]): At | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0) {
    return undefined;
  }
  let found: At | undefined;
  let least = NEAR;
  for (const at of all) {
    const distance = Math.hypot(plot.valToPos(at.x, "x") - left, plot.valToPos(at.y, "y") - top);
    if (distance < least) {
      [found, least] = [at, distance];
    }
  }
  return found;
}

/** Where both are equal. */
function diagonal(plot: uPlot, colour: string): void {
  const [x, y] = [plot.scales.x, plot.scales.y];
  if (x?.min == null || x.max == null || y?.min == null || y.max == null) {
    return;
  }
  const [from, to] = [Math.max(x.min, y.min), Math.min(x.max, y.max)];
  if (from >= to) {
    return;
  }
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(plot.valToPos(from, "x", true), plot.valToPos(from, "y", true));
  ctx.lineTo(plot.valToPos(to, "x", true), plot.valToPos(to, "y", true));
  ctx.stroke();
  ctx.restore();
}

function axis(colours: Colours, label: string, told: (value: number) => string, size = 50): uPlot.Axis {
  return {
    label,
    size,
    stroke: colours.text,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
    // A logarithmic axis gives null for marks that are not labelled.
    values: (_, marks: (number | null)[]) => marks.map((mark) => (mark === null ? "" : told(mark))),
  };
}

/** A time of milliseconds. */
function inTime(milliseconds: number): string {
  if (milliseconds >= 1000) {
    return `${digits(milliseconds / 1000)} s`;
  }
  return milliseconds >= 1 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1000)} µs`;
}
