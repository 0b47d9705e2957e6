// Rules that map captured names to live ones, a row each.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Pair } from "./plan";

let lastId = 0;

/** A row in which nothing is said. */
export function emptyPair(): Pair {
  lastId += 1;
  return { id: lastId, a: "", b: "" };
}

/** Rows with a captured and a live name; `extra` stands behind them. */
export function Pairs<Row extends Pair>({
  title,
  noun,
  captured,
  live,
  known = [],
  without,
  hint,
  rows,
  empty,
  change,
  extra,
}: {
  title: string;
  noun: string;
  captured: string;
  live: string;
  known?: readonly string[];
  /** What a live name may not have. */
  without?: string;
  hint?: ComponentChildren;
  rows: Row[];
  empty: () => Row;
  change: (rows: Row[]) => void;
  extra?: (row: Row, set: (row: Row) => void) => ComponentChildren;
}) {
  const list = useId();
  const set = (row: Row) => change(rows.map((other) => (other.id === row.id ? row : other)));
  return (
    <fieldset class="pairs">
      <legend>{title}</legend>
      {hint ? <p class="muted">{hint}</p> : null}
      <datalist id={list}>
        {known.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {rows.map((row, place) => (
        <div class="pair" key={row.id}>
          <label>
            {captured}
            <input
              list={list}
              value={row.a}
              pattern="[^=]*"
              title="No rule can have a captured name with ="
              spellcheck={false}
              onInput={(event) => set({ ...row, a: event.currentTarget.value })}
            />
          </label>
          <span aria-hidden="true">→</span>
          <label>
            {live}
            <input
              value={row.b}
              {...(without === undefined
                ? {}
                : { pattern: `[^${without}]*`, title: `No rule can have a live name with ${without}` })}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => set({ ...row, b: event.currentTarget.value })}
            />
          </label>
          {extra?.(row, set)}
          <button
            type="button"
            aria-label={`Remove ${noun} ${place + 1}`}
            onClick={() => change(rows.filter((other) => other.id !== row.id))}
          >
            Remove
          </button>
        </div>
      ))}
      <button type="button" onClick={() => change([...rows, empty()])}>
        Add {noun}
      </button>
    </fieldset>
  );
}
