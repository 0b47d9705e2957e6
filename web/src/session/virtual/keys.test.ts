import { expect, it } from "vitest";
import { cellAfter, pressesButton } from "./keys";

const GRID = { rows: 100, columns: 5, page: 20 };
const press = (key: string, from = { row: 50, column: 2 }, ctrlKey = false) =>
  cellAfter({ key, ctrlKey, altKey: false, metaKey: false }, from, GRID);

it("moves cell by cell and not beyond the edges", () => {
  expect(press("ArrowDown")).toEqual({ row: 51, column: 2 });
  expect(press("ArrowLeft", { row: 0, column: 0 })).toEqual({ row: 0, column: 0 });
  expect(press("PageDown", { row: 95, column: 1 })).toEqual({ row: 99, column: 1 });
});

it("goes to the ends of a row, and with Ctrl to those of the grid", () => {
  expect(press("End")).toEqual({ row: 50, column: 4 });
  expect(press("Home", undefined, true)).toEqual({ row: 0, column: 0 });
  expect(press("End", undefined, true)).toEqual({ row: 99, column: 4 });
});

it("leaves other keys alone", () => {
  expect(press("a")).toBeUndefined();
  expect(press("c", undefined, true)).toBeUndefined();
});

it("leaves the keys to a button that press it", () => {
  expect(["Enter", " ", "ArrowDown", "F10"].map((key) => pressesButton({ key }))).toEqual([true, true, false, false]);
});
