import { expect, it } from "vitest";
import { isTooLongForAddress } from "./in-address";

it("counts a filter as an address writes it", () => {
  expect(isTooLongForAddress("")).toBe(false);
  expect(isTooLongForAddress("a".repeat(10_240))).toBe(false);
  expect(isTooLongForAddress("a".repeat(10_241))).toBe(true);
  expect(isTooLongForAddress("é".repeat(1_706))).toBe(false);
  expect(isTooLongForAddress("é".repeat(1_707))).toBe(true);
});

it("takes half a surrogate pair, as it may be while one is deleted", () => {
  expect(isTooLongForAddress("path == \ud83d")).toBe(false);
  expect(isTooLongForAddress("\ud83d".repeat(1_138))).toBe(true);
  expect(isTooLongForAddress("😀".repeat(853))).toBe(false);
});
