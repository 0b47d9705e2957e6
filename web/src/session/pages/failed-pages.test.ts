import { expect, it } from "vitest";
import { lastError, NONE_FAILED, withFailed, without } from "./failed-pages";

it("remembers a failed page when another one arrives", () => {
  const failed = withFailed(NONE_FAILED, 3, new Error("three"));
  expect(without(failed, 4)).toBe(failed);
  expect(lastError(without(failed, 4))?.message).toBe("three");
  expect(lastError(without(failed, 3))).toBeUndefined();
});

it("tells the last error, and then the one before", () => {
  const both = withFailed(withFailed(NONE_FAILED, 3, new Error("three")), 4, new Error("four"));
  expect(lastError(both)?.message).toBe("four");
  expect(lastError(without(both, 4))?.message).toBe("three");
  expect(lastError(withFailed(both, 3, new Error("three again")))?.message).toBe("three again");
});
