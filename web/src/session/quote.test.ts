import { expect, it } from "vitest";
import { both, not, quoted, quotedIfNeeded } from "./quote";

it("escapes what is special in texts of captures", () => {
  expect(quoted('a\\b "c"\n')).toBe('"a\\\\b \\"c\\"\\x0a"');
  expect(quotedIfNeeded("STATUS_ACCESS_DENIED")).toBe("STATUS_ACCESS_DENIED");
  expect(quotedIfNeeded("a b")).toBe('"a b"');
  expect(quotedIfNeeded("")).toBe('""');
});

it("joins conditions so that each stays whole", () => {
  expect(both("", "op == 1")).toBe("op == 1");
  expect(both("a == 1 || b == 2", "op == 1")).toBe("(a == 1 || b == 2) && op == 1");
  expect(both("op == 1", not("op == 2"))).toBe("op == 1 && !(op == 2)");
  expect(both('path == "a\\" || b"', "op == 1")).toBe('path == "a\\" || b" && op == 1');
});
