import { expect, it } from "vitest";
import { linesOf, within } from "./bytes";

const DUMP = [
  "00000000  fe 53 4d 42 40 00 01 00  00 00 00 00 0b 00 01 00  .SMB@...........",
  "00000010  65 00 00 00                                       e...",
].join("\n");

it("reads a dump", () => {
  const [first, second] = linesOf(DUMP);
  expect(first?.bytes).toHaveLength(16);
  expect(first?.text).toBe(".SMB@...........");
  expect(second).toMatchObject({ offset: 16, bytes: ["65", "00", "00", "00"], text: "e..." });
});

it("keeps what is no line of bytes as a note", () => {
  expect(linesOf("(12 bytes are not captured)")[0]?.note).toBe("(12 bytes are not captured)");
});

it("finds the part of a field that is in a line", () => {
  const [first, second] = linesOf(DUMP);
  expect(first && within({ from: 12, to: 18 }, first)).toEqual({ from: 12, to: 16 });
  expect(second && within({ from: 12, to: 18 }, second)).toEqual({ from: 0, to: 2 });
  expect(second && within({ from: 0, to: 16 }, second)).toBeUndefined();
});
