// The fields of a message as a tree whose nodes have places: `0.3.1` is the second part of the fourth part of the first.

import type { Schema } from "@smbreplay/sdk";

export type Field = Schema<"Node">;

/** A field that is shown, in the order of the page. */
export interface FieldLine {
  place: string;
  depth: number;
  field: Field;
  isFolder: boolean;
  isOpen: boolean;
  /** Its number among its siblings, and theirs. */
  position: number;
  siblings: number;
}

/** More parts than that are not opened of their own accord: a listing has thousands. */
const MANY = 64;

/** Structures that are open at first: all that are not too long. */
export function openAtFirst(fields: readonly Field[]): Set<string> {
  const open = new Set<string>();
  const walk = (fields: readonly Field[], above: string, depth: number) => {
    for (const [number, field] of fields.entries()) {
      const place = above === "" ? String(number) : `${above}.${number}`;
      const children = field.children ?? [];
      if (children.length > 0 && children.length <= MANY && depth < 4) {
        open.add(place);
        walk(children, place, depth + 1);
      }
    }
  };
  walk(fields, "", 0);
  return open;
}

/** The fields that are shown when these are open. */
export function shownFields(fields: readonly Field[], open: ReadonlySet<string>, above = "", depth = 0): FieldLine[] {
  return fields.flatMap((field, number) => {
    const place = above === "" ? String(number) : `${above}.${number}`;
    const children = field.children ?? [];
    const isOpen = children.length > 0 && open.has(place);
    const line = {
      place,
      depth,
      field,
      isFolder: children.length > 0,
      isOpen,
      position: number + 1,
      siblings: fields.length,
    };
    return isOpen ? [line, ...shownFields(children, open, place, depth + 1)] : [line];
  });
}

/** The smallest field with a byte, and its place. */
export function fieldAt(
  fields: readonly Field[],
  byte: number,
  above = "",
): { place: string; field: Field } | undefined {
  for (const [number, field] of fields.entries()) {
    if (byte >= field.offset && byte < field.offset + field.length) {
      const place = above === "" ? String(number) : `${above}.${number}`;
      return fieldAt(field.children ?? [], byte, place) ?? { place, field };
    }
  }
  return undefined;
}

/** The places above a place. */
export function placesAbove(place: string): string[] {
  const parts = place.split(".");
  return parts.slice(0, -1).map((_, count) => parts.slice(0, count + 1).join("."));
}
