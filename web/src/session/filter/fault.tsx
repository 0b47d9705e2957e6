// What is wrong with a filter, under the place.

import type { Schema } from "@smbreplay/sdk";

/** Signs of the filter that are shown on both sides. */
const AROUND = 40;

export function Fault({ id, text, fault }: { id: string; text: string; fault: Schema<"FilterFault"> }) {
  const { message, start, end } = fault;
  const from = Math.max(0, start - AROUND);
  const to = Math.min(text.length, end + AROUND);
  return (
    <div class="fault" id={id} role="alert">
      <code aria-hidden="true">
        {from > 0 ? "…" : ""}
        {text.slice(from, start)}
        <mark>{start === end ? " " : text.slice(start, end)}</mark>
        {text.slice(end, to)}
        {to < text.length ? "…" : ""}
      </code>
      <p>
        {message.charAt(0).toUpperCase() + message.slice(1)}
        <span class="unseen">
          {start === end ? `, at place ${start + 1}` : `, at places ${start + 1} to ${end}: ${text.slice(start, end)}`}
        </span>
        .
      </p>
    </div>
  );
}
