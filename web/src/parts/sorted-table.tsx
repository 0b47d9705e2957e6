// A table whose rows are sorted by a column and filtered by what is typed.

import type { ComponentChildren } from "preact";
import { useId, useMemo, useState } from "preact/hooks";
import { grouped } from "../figures";

/** A column of rows. */
export interface Column<Row> {
  title: string;
  /** By this rows are sorted; `null` comes last. A column without it is not sorted by. */
  value?: (row: Row) => string | number | null;
  /** What is shown; by default the value. */
  cell?: (row: Row) => ComponentChildren;
  /** What the filter box looks at; by default a value that is a text. */
  text?: (row: Row) => string;
  /** It is aligned as numbers are, and sorted from the greatest first. */
  isNumber?: boolean;
  /** It names the row. */
  isName?: boolean;
}

/** The column by which rows are sorted. */
interface Order {
  title: string;
  isDown: boolean;
}

const ORDER = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
/** So many rows are shown at first, and again with every "more": a browser is slow with ten thousands. */
const STEP = 200;

/** `noun` and `nouns` say what the rows are. The first order is that of `rows`. */
export function SortedTable<Row>({
  caption,
  columns,
  rows,
  keyOf,
  nouns,
  rowClass,
}: {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  nouns: string;
  rowClass?: (row: Row) => string | undefined;
}) {
  const [order, setOrder] = useState<Order>();
  const [wanted, setWanted] = useState("");
  const [most, setMost] = useState(STEP);
  const box = useId();
  const isNarrowed = wanted.trim() !== "";
  const texts = useMemo(() => (isNarrowed ? textsOf(rows, columns) : undefined), [rows, columns, isNarrowed]);
  const chosen = useMemo(
    () => ordered(texts ? filtered(rows, texts, wanted) : rows, columns, order),
    [rows, texts, wanted, columns, order],
  );
  const shown = chosen.slice(0, most);
  return (
    <>
      {rows.length > 1 ? (
        <div class="row narrowing">
          <label for={box}>Show {nouns} with</label>
          <input
            id={box}
            type="search"
            value={wanted}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
          <span role="status" class="muted">
            {isNarrowed ? `${grouped(chosen.length)} of ${grouped(rows.length)}` : ""}
          </span>
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="wide sorted" aria-label={caption} tabIndex={0}>
        <table>
          <caption class="unseen">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.title} column={column} order={order} sort={setOrder} />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={keyOf(row)} class={rowClass?.(row)}>
                {columns.map((column) => {
                  const content = column.cell ? column.cell(row) : column.value?.(row);
                  const classes = column.isNumber ? "number" : undefined;
                  return column.isName ? (
                    <th key={column.title} scope="row" class={classes}>
                      {content}
                    </th>
                  ) : (
                    <td key={column.title} class={classes}>
                      {content}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > 0 && chosen.length === 0 ? <p class="muted">None of the {nouns} has this text.</p> : null}
      {chosen.length > shown.length ? (
        <p class="row">
          <span class="muted">
            The first {grouped(shown.length)} of {grouped(chosen.length)} are shown.
          </span>
          <button type="button" onClick={() => setMost(most + STEP)}>
            Show {grouped(Math.min(STEP, chosen.length - shown.length))} more
          </button>
        </p>
      ) : null}
    </>
  );
}

function Heading<Row>({
  column,
  order,
  sort,
}: {
  column: Column<Row>;
  order: Order | undefined;
  sort: (order: Order) => void;
}) {
  const { title, isNumber = false, value } = column;
  const isSorted = order?.title === title;
  const isDown = isSorted ? order.isDown : isNumber;
  return (
    <th
      scope="col"
      class={isNumber ? "number" : undefined}
      aria-sort={isSorted ? (isDown ? "descending" : "ascending") : undefined}
    >
      {value ? (
        <button type="button" class="sort" onClick={() => sort({ title, isDown: isSorted ? !isDown : isNumber })}>
          {title}
          <span aria-hidden="true">{isSorted ? (isDown ? " ▾" : " ▴") : ""}</span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

/** What the filter box looks at, row by row. */
function textsOf<Row>(rows: readonly Row[], columns: Column<Row>[]): string[] {
  return rows.map((row) =>
    columns
      .map((column) => textOf(column, row))
      .join("\n")
      .toLowerCase(),
  );
}

/** Rows that have every word of `wanted` somewhere. */
function filtered<Row>(rows: readonly Row[], texts: string[], wanted: string): readonly Row[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((_, place) => words.every((word) => texts[place]?.includes(word)));
}

function textOf<Row>(column: Column<Row>, row: Row): string {
  if (column.text) {
    return column.text(row);
  }
  const value = column.value?.(row);
  return typeof value === "string" ? value : "";
}

function ordered<Row>(rows: readonly Row[], columns: Column<Row>[], order: Order | undefined): readonly Row[] {
  const value = columns.find((column) => column.title === order?.title)?.value;
  if (!order || !value) {
    return rows;
  }
  const sign = order.isDown ? -1 : 1;
  const keyed = rows.map((row) => ({ row, key: value(row) }));
  keyed.sort(({ key: a }, { key: b }) => {
    if (a === null || b === null) {
      return Number(a === null) - Number(b === null);
    }
    return sign * (typeof a === "number" && typeof b === "number" ? a - b : ORDER.compare(String(a), String(b)));
  });
  return keyed.map(({ row }) => row);
}
