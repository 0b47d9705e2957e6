// Where a scrollbar stands and which rows are seen, when there are more rows than an element can be high.
//
// Browsers end elements at 17.9 million pixels (Firefox) or 33.5 million (Chromium), and earlier on a page that is zoomed. Above a limit
// the bar is therefore shorter than the rows: small scrolls move the rows pixel by pixel, far jumps in proportion.

/** The greatest height that is asked of a browser. */
export const HIGHEST = 6_000_000;

/** What does not change by scrolling, in pixels. */
export interface Extent {
  /** How many rows there are. */
  rows: number;
  /** Height of a row. */
  rowHeight: number;
  /** Height in which rows are seen. */
  seen: number;
}

/** Where a table is scrolled to. */
export interface Scroll {
  /** Pixels of rows above what is seen. */
  top: number;
  /** Where the scrollbar is. */
  bar: number;
  /** The last scroll was a far jump. */
  isFar: boolean;
}

export const AT_TOP: Scroll = { top: 0, bar: 0, isFar: false };

/** Height of all rows. */
export function rowsHeight({ rows, rowHeight }: Extent): number {
  return rows * rowHeight;
}

/** Height of the element that the scrollbar belongs to. */
export function barHeight(extent: Extent): number {
  return Math.min(rowsHeight(extent), Math.max(HIGHEST, extent.seen));
}

/** The greatest `top`. */
export function lastTop(extent: Extent): number {
  return Math.max(0, rowsHeight(extent) - extent.seen);
}

/** The greatest `bar`. */
export function lastBar(extent: Extent): number {
  return Math.max(0, barHeight(extent) - extent.seen);
}

/** Whether the bar is shorter than the rows. */
export function isScaled(extent: Extent): boolean {
  return lastBar(extent) < lastTop(extent);
}

/** Where the bar belongs when the rows are at `top`. */
export function barAt(top: number, extent: Extent): number {
  const most = lastTop(extent);
  return most === 0 ? 0 : (top / most) * lastBar(extent);
}

/** The rows are moved to `top`, and the bar with them. */
export function movedTo(top: number, extent: Extent): Scroll {
  const within = Math.min(Math.max(0, top), lastTop(extent));
  return { top: within, bar: barAt(within, extent), isFar: false };
}

/** The bar was moved to `bar`, by the user. */
export function scrolled(from: Scroll, bar: number, extent: Extent): Scroll {
  const end = lastBar(extent);
  const within = Math.min(Math.max(0, bar), end);
  if (!isScaled(extent)) {
    return { top: within, bar: within, isFar: false };
  }
  const isEnd = within < 1 || within > end - 1;
  // A jump that comes to an end arrives there in a last small step.
  if (Math.abs(within - from.bar) > extent.seen || (from.isFar && isEnd)) {
    return { top: (within / end) * lastTop(extent), bar: within, isFar: true };
  }
  const top = Math.min(Math.max(0, from.top + within - from.bar), lastTop(extent));
  return { top, bar: within, isFar: false };
}

/** Scrolling has ended: the bar goes to where it belongs. */
export function settled(from: Scroll, extent: Extent): Scroll {
  return movedTo(from.top, extent);
}

/** The rows that are seen, whole or in part: from `first` up to before `end`. */
export function rowsSeen(top: number, extent: Extent): { first: number; end: number } {
  const first = Math.min(Math.floor(top / extent.rowHeight), extent.rows);
  const end = Math.min(Math.ceil((top + extent.seen) / extent.rowHeight), extent.rows);
  return { first, end: Math.max(first, end) };
}

/** `top` after as little movement as shows all of `row`. */
export function topShowing(row: number, top: number, extent: Extent): number {
  const above = row * extent.rowHeight;
  if (above < top) {
    return above;
  }
  return Math.max(top, above + extent.rowHeight - extent.seen);
}

/** `top` that has `row` in the middle. */
export function topAround(row: number, extent: Extent): number {
  return Math.max(0, (row + 0.5) * extent.rowHeight - extent.seen / 2);
}
