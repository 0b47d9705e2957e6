import { expect, test } from "vitest";
import { between } from "./span";

test("nanoseconds between two times are exact", () => {
  expect(between("2026-11-23T20:11:32.999999999Z", "2026-11-23T20:11:33.000000001Z")).toBe(2);
  expect(between("2026-11-23T20:11:32Z", "2026-11-23T20:11:32.5Z")).toBe(500_000_000);
});

test("what is no time has no distance", () => {
  expect(between("yesterday", "2026-11-23T20:11:32Z")).toBeNull();
});
