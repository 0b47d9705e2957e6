import { expect, it } from "vitest";
import { changedSpan, spanOf, spanText } from "./span";

it("is read from an address and written to it", () => {
  expect(spanOf("10-20")).toEqual({ from: 10, to: 20 });
  expect([spanOf("20-10"), spanOf("a"), spanOf(undefined)]).toEqual([undefined, undefined, undefined]);
  expect(spanText({ from: 10.7, to: 20.1 })).toBe("10-21");
});

it("is changed within the session's time", () => {
  expect(changedSpan({ from: 40, to: 60 }, 2, 0, 100)).toEqual({ from: 30, to: 70 });
  expect(changedSpan({ from: 0, to: 60 }, 2, 0, 100)).toBeUndefined();
  expect(changedSpan({ from: 80, to: 100 }, 1, 0.5, 100)).toEqual({ from: 80, to: 100 });
});
