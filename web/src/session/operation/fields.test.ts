import { expect, it } from "vitest";
import { type Field, fieldAt, openAtFirst, placesAbove, shownFields } from "./fields";

const FIELDS: Field[] = [
  {
    name: "Header",
    offset: 0,
    length: 8,
    children: [
      { name: "ProtocolId", offset: 0, length: 4 },
      { name: "Size", offset: 4, length: 4 },
    ],
  },
  { name: "Body", offset: 8, length: 4 },
];

it("shows what is open", () => {
  expect(shownFields(FIELDS, new Set()).map(({ field }) => field.name)).toEqual(["Header", "Body"]);
  expect(shownFields(FIELDS, openAtFirst(FIELDS)).map(({ place }) => place)).toEqual(["0", "0.0", "0.1", "1"]);
});

it("finds the smallest field of a byte", () => {
  expect(fieldAt(FIELDS, 5)?.place).toBe("0.1");
  expect(fieldAt(FIELDS, 9)?.field.name).toBe("Body");
  expect(fieldAt(FIELDS, 12)).toBeUndefined();
  expect(placesAbove("0.1.2")).toEqual(["0", "0.1"]);
});
