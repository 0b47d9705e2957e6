// A plot. What draws it is loaded when the first one is shown.

import { useEffect, useRef, useState } from "preact/hooks";
import type uPlot from "uplot";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { type Colours, coloursOf, watchColours } from "./plot-colours";

/** What is drawn. */
export interface Drawing {
  options: Omit<uPlot.Options, "width" | "height">;
  data: uPlot.AlignedData;
}

/** Draws anew when `draw` is another function: keep it with `useCallback`. `label` says to everybody what is to be seen. */
export function Plot({ label, height, draw }: { label: string; height: number; draw: (colours: Colours) => Drawing }) {
  const place = useRef<HTMLDivElement>(null);
  const [make, setMake] = useState<{ new (...given: ConstructorParameters<typeof uPlot>): uPlot }>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]).then(
      ([{ default: loaded }]) => setMake(() => loaded),
      (error: unknown) => setError(error instanceof Error ? error : new Error(String(error))),
    );
  }, []);
  useEffect(() => {
    const element = place.current;
    if (!make || !element) {
      return undefined;
    }
    let plot: uPlot | undefined;
    const redraw = () => {
      plot?.destroy();
      const { options, data } = draw(coloursOf(element));
      plot = new make({ ...options, width: Math.max(200, element.clientWidth), height }, data, element);
    };
    redraw();
    const unwatch = watchColours(redraw);
    const resized = new ResizeObserver(() => plot?.setSize({ width: Math.max(200, element.clientWidth), height }));
    resized.observe(element);
    return () => {
      unwatch();
      resized.disconnect();
      plot?.destroy();
    };
  }, [make, draw, height]);
  return (
    <figure>
      <figcaption>{label}</figcaption>
      {error ? <Trouble error={error} /> : null}
      {make || error ? null : <Waiting what="Loading the plot" />}
      <div ref={place} role="img" aria-label={label} />
    </figure>
  );
}
