// A plot over time: what it shows is drawn by uPlot.

import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useColours } from "./use-colours";

export interface Line {
  title: string;
  colour: "accent" | "bad" | "warning" | "patched" | "muted";
  values: (number | null)[];
  /** Dashes tell lines apart beside their colours. */
  dash?: number[];
  isFilled?: boolean;
}

/** What is counted has no halves: 1, 2, 5, 10 and so on. */
const WHOLE = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

export function Plot({
  title,
  label,
  times,
  lines,
  format,
  isLogarithmic,
  choose,
  zoom,
}: {
  title: string;
  /** What a screen reader is told. */
  label: string;
  /** Where the spans of time begin, seconds; one more than there are values. */
  times: number[];
  lines: Line[];
  format: (value: number) => string;
  isLogarithmic?: boolean;
  /** A span of time was clicked. */
  choose: (place: number) => void;
  /** From here to there was dragged over, seconds. */
  zoom: (from: number, to: number) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const colours = useColours();
  const act = useRef({ choose, zoom });
  act.current = { choose, zoom };
  useEffect(() => {
    const element = box.current;
    if (!element) {
      return undefined;
    }
    let dragged = false;
    const axis = { stroke: colours.muted, grid: { stroke: colours.line, width: 1 }, ticks: { stroke: colours.line } };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 180,
        cursor: {
          drag: { x: true, y: false, setScale: false },
          sync: { key: "timeline" },
          // The span under the pointer, not the one whose beginning is nearest.
          dataIdx: (_, __, nearest, time) => Math.max(0, (times[nearest] ?? 0) > time ? nearest - 1 : nearest),
        },
        scales: {
          x: { time: false },
          y: isLogarithmic ? { distr: 3 } : { range: (_, __, most) => [0, Math.max(1, most * 1.05)] },
        },
        legend: { live: true },
        series: [
          {
            label: "Time",
            value: (_, value) => (value === null || value === undefined ? "–" : `${value.toFixed(6)} s`),
          },
          ...lines.map(({ title, colour, dash, isFilled }) => ({
            label: title,
            stroke: colours[colour],
            width: 1.5,
            ...(dash ? { dash } : {}),
            ...(isFilled ? { fill: colours[colour].replace("rgb(", "rgba(").replace(")", ", 0.2)") } : {}),
            ...(uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
            // A span between two without a value would not be seen.
            points: { show: isLogarithmic === true, size: 4 },
            value: (_: uPlot, value: number | null) => (value === null || value === undefined ? "–" : format(value)),
          })),
        ],
        axes: [
          { ...axis, values: (_, values) => values.map((value) => `${Number(value.toPrecision(9))} s`) },
          {
            ...axis,
            size: 70,
            ...(isLogarithmic
              ? { splits: (_: uPlot, __: number, least: number, most: number) => powers(least, most) }
              : { incrs: WHOLE }),
            values: (_, values) => values.map((value) => (value === null ? "" : format(value))),
          },
        ],
        hooks: {
          setSelect: [
            (plot) => {
              if (plot.select.width > 4) {
                dragged = true;
                const { left, width } = plot.select;
                act.current.zoom(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
              }
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
          ready: [
            (plot) => {
              plot.over.addEventListener("click", () => {
                if (!dragged) {
                  const time = plot.posToVal(plot.cursor.left ?? 0, "x");
                  const behind = times.findIndex((begin) => begin > time);
                  act.current.choose(Math.max(0, (behind < 0 ? times.length : behind) - 1));
                }
                dragged = false;
              });
            },
          ],
        },
      },
      [times, ...lines.map(({ values }) => [...values, values.at(-1) ?? null])],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 180 }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, lines, format, isLogarithmic, colours]);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={label} />
    </figure>
  );
}

/** The powers of ten from one number to another. */
function powers(least: number, most: number): number[] {
  const first = Math.ceil(Math.log10(Math.max(1, least)) - 1e-9);
  const count = Math.max(0, Math.floor(Math.log10(Math.max(1, most)) + 1e-9) - first + 1);
  return Array.from({ length: count }, (_, place) => 10 ** (first + place));
}
