import { expect, test } from "vitest";
import { Rate } from "./rate";

test("the rate is that of the last seconds", () => {
  const rate = new Rate();
  expect(rate.perSecond()).toBeUndefined();
  for (let second = 0; second <= 20; second += 1) {
    rate.add(second < 10 ? second * 1000 : 10_000 + (second - 10) * 10, second * 1000);
  }
  expect(rate.perSecond()).toBeCloseTo(10);
});

test("it begins anew when something else is done", () => {
  const rate = new Rate();
  rate.add(1000, 0);
  rate.add(2000, 1000);
  rate.add(0, 2000);
  expect(rate.perSecond()).toBeUndefined();
});
