// Scrolls a table of any number of rows.

import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { AT_TOP, type Extent, isScaled, movedTo, type Scroll, scrolled, settled, topAround, topShowing } from "./scale";

/** Milliseconds without a scroll after which scrolling has ended. */
const REST = 120;

export interface Scrolling {
  /** Pixels of rows above what is seen. */
  top: number;
  /** Height in which rows are seen. */
  seen: number;
  onScroll: () => void;
  /** Moves as little as shows the row; with `around` so that it is in the middle. */
  show: (row: number, how?: "nearest" | "around") => void;
}

/** `scroller` is the element with the scrollbar, `head` what covers its upper edge, in pixels. */
export function useScroll(
  scroller: RefObject<HTMLElement | null>,
  rows: number,
  rowHeight: number,
  head: number,
): Scrolling {
  const [seen, setSeen] = useState(0);
  const [top, setTop] = useState(0);
  const at = useRef<Scroll>(AT_TOP);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const extent: Extent = { rows, rowHeight, seen };
  const latest = useRef(extent);
  latest.current = extent;

  const put = useCallback(
    (scroll: Scroll) => {
      const element = scroller.current;
      at.current = scroll;
      if (element && Math.abs(element.scrollTop - scroll.bar) >= 1) {
        element.scrollTop = scroll.bar;
        // Browsers round it.
        at.current = { ...scroll, bar: element.scrollTop };
      }
      setTop(scroll.top);
    },
    [scroller],
  );

  const onScroll = useCallback(() => {
    const element = scroller.current;
    if (!element || Math.abs(element.scrollTop - at.current.bar) < 0.01) {
      return;
    }
    at.current = scrolled(at.current, element.scrollTop, latest.current);
    setTop(at.current.top);
    clearTimeout(rest.current);
    if (isScaled(latest.current)) {
      rest.current = setTimeout(() => put(settled(at.current, latest.current)), REST);
    }
  }, [scroller, put]);

  const show = useCallback(
    (row: number, how: "nearest" | "around" = "nearest") => {
      const { top } = at.current;
      if (latest.current.seen === 0) {
        return;
      }
      const to = how === "around" ? topAround(row, latest.current) : topShowing(row, top, latest.current);
      if (to !== top) {
        put(movedTo(to, latest.current));
      }
    },
    [put],
  );

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    const measure = () => setSeen(Math.max(0, element.clientHeight - head));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller, head]);

  // With other rows, or another height, the same place may not be there any more.
  useLayoutEffect(() => put(movedTo(at.current.top, latest.current)), [rows, seen, put]);

  // Where the bar is scaled, turning the wheel is no matter of the bar: the rows are moved, and the bar goes with them.
  useEffect(() => {
    const element = scroller.current;
    if (!element) {
      return undefined;
    }
    const turn = (event: WheelEvent) => {
      if (
        !isScaled(latest.current) ||
        event.ctrlKey ||
        event.shiftKey ||
        Math.abs(event.deltaX) > Math.abs(event.deltaY)
      ) {
        return;
      }
      event.preventDefault();
      const { rowHeight, seen } = latest.current;
      const unit = [1, rowHeight, seen][event.deltaMode] ?? 1;
      put(movedTo(at.current.top + event.deltaY * unit, latest.current));
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => {
      element.removeEventListener("wheel", turn);
      clearTimeout(rest.current);
    };
  }, [scroller, put]);

  return { top, seen, onScroll, show };
}
