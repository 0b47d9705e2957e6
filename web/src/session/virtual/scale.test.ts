import { describe, expect, it } from "vitest";
import {
  AT_TOP,
  barAt,
  barHeight,
  type Extent,
  HIGHEST,
  isScaled,
  lastBar,
  lastTop,
  movedTo,
  rowsSeen,
  scrolled,
  settled,
  topAround,
  topShowing,
} from "./scale";

const FEW: Extent = { rows: 1_000, rowHeight: 24, seen: 600 };
const MANY: Extent = { rows: 1_200_000, rowHeight: 24, seen: 600 };

describe("a table that fits an element", () => {
  it("is scrolled as any element is", () => {
    expect(isScaled(FEW)).toBe(false);
    expect(scrolled(AT_TOP, 5_000, FEW)).toEqual({ top: 5_000, bar: 5_000, isFar: false });
    expect(scrolled(AT_TOP, 1e9, FEW).top).toBe(lastTop(FEW));
  });

  it("may have less rows than are seen, or none", () => {
    expect(rowsSeen(0, { ...FEW, rows: 3 })).toEqual({ first: 0, end: 3 });
    expect(rowsSeen(0, { ...FEW, rows: 0 })).toEqual({ first: 0, end: 0 });
    expect(barAt(0, { ...FEW, rows: 0 })).toBe(0);
    expect(movedTo(500, { ...FEW, rows: 3 }).top).toBe(0);
  });
});

describe("a table with more rows than an element can be high", () => {
  it("has a bar of a height that browsers have", () => {
    expect(isScaled(MANY)).toBe(true);
    expect(barHeight(MANY)).toBe(HIGHEST);
  });

  it("moves pixel by pixel in small scrolls", () => {
    const from = movedTo(10_000_000, MANY);
    expect(scrolled(from, from.bar + 53, MANY).top).toBeCloseTo(10_000_053, 4);
    expect(scrolled(from, from.bar - 600, MANY).top).toBeCloseTo(9_999_400, 4);
  });

  it("jumps in proportion, and to both ends", () => {
    const half = scrolled(AT_TOP, lastBar(MANY) / 2, MANY);
    expect(half.top).toBeCloseTo(lastTop(MANY) / 2, 3);
    const end = scrolled(half, lastBar(MANY), MANY);
    expect(rowsSeen(end.top, MANY).end).toBe(1_200_000);
    expect(scrolled(end, 0, MANY).top).toBe(0);
  });

  it("arrives at the end in a last small step of a jump", () => {
    const near = scrolled(AT_TOP, lastBar(MANY) - 100, MANY);
    expect(scrolled(near, lastBar(MANY), MANY).top).toBe(lastTop(MANY));
  });

  it("does not jump when a small scroll brings the bar to an end before the rows", () => {
    const from = movedTo(400, MANY);
    const early = scrolled(from, 0, MANY);
    expect(early.top).toBeGreaterThan(300);
    expect(settled(early, MANY).bar).toBeGreaterThan(0);
  });

  it("shows every row by one move or another", () => {
    for (const row of [0, 1, 600_000, 1_199_999]) {
      const { top } = movedTo(topAround(row, MANY), MANY);
      const { first, end } = rowsSeen(top, MANY);
      expect(first <= row && row < end).toBe(true);
    }
  });

  it("puts the bar back to where it belongs", () => {
    const at = settled({ top: 12_345, bar: 9_999, isFar: true }, MANY);
    expect(at.top).toBe(12_345);
    expect(at.bar).toBeCloseTo(barAt(12_345, MANY), 6);
  });
});

describe("a row that is to be seen", () => {
  it("moves the others as little as possible", () => {
    expect(topShowing(10, 0, FEW)).toBe(0);
    expect(topShowing(10, 1_000, FEW)).toBe(240);
    expect(topShowing(100, 0, FEW)).toBe(100 * 24 + 24 - 600);
  });
});
