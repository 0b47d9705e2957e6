import { expect, it } from "vitest";
import { inSeconds, nanosecondsBetween, parsed, textAfter } from "./instant";

const at = (text: string) => parsed(text) ?? { ms: 0, ns: 0 };

it("is exact to the nanosecond", () => {
  const start = at("2026-11-27T08:08:36.713854001Z");
  const time = at("2026-11-27T08:08:37.000000000Z");
  expect(nanosecondsBetween(start, time)).toBe(286_145_999);
  expect(textAfter(start, 286_145_999)).toBe("2026-11-27T08:08:37.000000000Z");
  expect(textAfter(start, -1)).toBe("2026-11-27T08:08:36.713854000Z");
  expect(textAfter(start, 104 * 86_400e9)).toBe("2027-03-11T08:08:36.713854001Z");
});

it("takes times with fewer decimals, and nothing else", () => {
  expect(parsed("2026-11-27T08:08:36Z")?.ns).toBe(0);
  expect(parsed("2026-11-27T08:08:36.5Z")?.ms).toBe(Date.UTC(2026, 10, 27, 8, 8, 36, 500));
  expect(parsed("yesterday")).toBeUndefined();
});

it("is written as seconds", () => {
  expect([inSeconds(1_500_000), inSeconds(-2_000_001_000), inSeconds(0)]).toEqual([
    "0.001500",
    "-2.000001",
    "0.000000",
  ]);
});
