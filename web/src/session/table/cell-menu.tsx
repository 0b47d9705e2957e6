// What can be done with a value: filters of it, and a copy.

import type { Operation } from "@smbreplay/sdk";
import { Menu, type MenuItem } from "../../parts/menu";
import { both, not } from "../quote";
import type { OperationColumn } from "./columns";

/** A cell whose menu is open. */
export interface OpenCell {
  row: Operation;
  column: OperationColumn;
  at: DOMRect;
}

export function CellMenu({
  cell,
  filter,
  apply,
  close,
}: {
  cell: OpenCell;
  filter: string | undefined;
  apply: (filter: string) => void;
  close: () => void;
}) {
  return (
    <Menu label={`${cell.column.name}: filters`} at={cell.at} close={close} items={itemsOf(cell, filter, apply)} />
  );
}

function itemsOf({ row, column }: OpenCell, filter: string | undefined, apply: (filter: string) => void): MenuItem[] {
  const same = column.same?.(row);
  const atLeast = column.atLeast?.(row);
  const items: MenuItem[] = [];
  const offer = (title: string, expression: string) =>
    items.push({ title, note: shortened(expression), choose: () => apply(expression) });
  if (same !== undefined) {
    offer("Filter for this value", same);
    offer("Filter for all but this", not(same));
    if (atLeast !== undefined) {
      offer("Filter from this value on", atLeast);
    }
    if (filter) {
      offer("And this value", both(filter, same));
      offer("And not this value", both(filter, not(same)));
      if (atLeast !== undefined) {
        offer("And from this value on", both(filter, atLeast));
      }
    }
  }
  const value = column.whole?.(row) ?? same?.replace(/^\S+ == /, "");
  if (value) {
    items.push({ title: "Copy the value", choose: () => copy(value) });
  }
  if (items.length === 0) {
    items.push({ title: "This cell has no value", choose: () => undefined });
  }
  return items;
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function copy(text: string): void {
  // Only where a browser allows it: on this machine, or behind TLS.
  navigator.clipboard?.writeText(text).catch(() => undefined);
}
