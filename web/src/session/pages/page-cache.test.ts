import { expect, it } from "vitest";
import { PageCache, pagesOf } from "./page-cache";

it("keeps the pages that were used last", () => {
  const cache = new PageCache<string>(2);
  cache.set(0, ["a"]);
  cache.set(1, ["b"]);
  cache.get(0);
  cache.set(2, ["c"]);
  expect([cache.has(0), cache.has(1), cache.has(2)]).toEqual([true, false, true]);
  expect(cache.size).toBe(2);
});

it("finds the pages of rows", () => {
  expect(pagesOf(0, 200, 200)).toEqual([0]);
  expect(pagesOf(199, 201, 200)).toEqual([0, 1]);
  expect(pagesOf(5, 5, 200)).toEqual([0]);
  expect(pagesOf(400, 400, 200)).toEqual([]);
});
