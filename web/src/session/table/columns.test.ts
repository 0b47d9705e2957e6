import type { Operation } from "@smbreplay/sdk";
import { expect, it } from "vitest";
import { columnsOf } from "./columns";
import { groupedId } from "./u64";

const COLUMNS = columnsOf({ ms: 0, ns: 0 });
const column = (key: string) => {
  const found = COLUMNS.find((column) => column.key === key);
  if (!found) {
    throw new Error(`There is no column ${key}.`);
  }
  return found;
};
/** An operation, read as an answer of the server is. */
const rowOf = (json: string): Operation => JSON.parse(json);

it.each(["offset", "length", "transferred"])("makes no filter of a rounded %s", (key) => {
  const { same, atLeast, whole } = column(key);
  // A WRITE that appends has the offset 0xffffffffffffffff.
  const row = rowOf(`{"${key}": 18446744073709551615}`);
  expect(same?.(row)).toBeUndefined();
  expect(atLeast?.(row)).toBeUndefined();
  expect(whole?.(row)).toBe("18,446,744,073,709,552,000 (more than 2^53, rounded)");
});

it("makes filters of the greatest number that is exact", () => {
  const { same, atLeast, whole, cell } = column("offset");
  const row = rowOf('{"offset": 9007199254740991}');
  expect(same?.(row)).toBe("offset == 9007199254740991");
  expect(atLeast?.(row)).toBe("offset >= 9007199254740991");
  expect(whole?.(row)).toBeUndefined();
  expect(cell(row, undefined)).toBe("9,007,199,254,740,991");
});

it("shows each digit of a MessageId, and filters by it as it came", () => {
  const { cell, same } = column("message_id");
  const row = rowOf('{"message_id": "0xffffffffffffffff"}');
  expect(cell(row, undefined)).toBe("18,446,744,073,709,551,615");
  expect(same?.(row)).toBe("message_id == 0xffffffffffffffff");
  expect(groupedId("0x0000000000000007")).toBe("7");
  expect(groupedId("none")).toBe("none");
});
