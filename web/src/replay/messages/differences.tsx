// Compared fields that differ, by their names in the comparison.

import type { Schema } from "@smbreplay/sdk";
import { Scrolled } from "../../parts/scrolled";

/** As a table, if there are any. */
export function Differences({
  title,
  differences,
}: {
  title: string;
  differences: readonly Schema<"FieldDifference">[];
}) {
  if (differences.length === 0) {
    return null;
  }
  return (
    <Scrolled label={title}>
      <table class="differences">
        <caption>{title}</caption>
        <thead>
          <tr>
            <th>Field</th>
            <th>Captured</th>
            <th>Live</th>
          </tr>
        </thead>
        <tbody>
          {differences.map(({ field, captured, live }, place) => (
            <tr key={place}>
              <th scope="row">
                <code>{field}</code>
              </th>
              <td class="text">{captured}</td>
              <td class="text">{live}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}
