// What was counted on the way from the file to the messages.

import { grouped } from "../figures";
import type { Counter, CounterGroup } from "./found";

const GROUPS: [CounterGroup, string][] = [
  ["lost", "Lost, not read or not sure"],
  ["mended", "Unusual, read all the same"],
  ["found", "Found"],
];

/** What is missing comes first, and what is as it should be is folded away. */
export function Counters({ counters }: { counters: Counter[] }) {
  const isWhole = !counters.some(({ group }) => group === "lost");
  return (
    <>
      {isWhole ? <p class="good">✓ Nothing of the capture was lost, left unread or in doubt.</p> : null}
      <div class="counters">
        {GROUPS.map(([group, title]) => {
          const rows = counters.filter((counter) => counter.group === group);
          return rows.length === 0 ? null : (
            <details key={group} open={group !== "found"}>
              <summary>
                {title} ({grouped(rows.length)})
              </summary>
              <table>
                <caption class="unseen">{title}</caption>
                <thead class="unseen">
                  <tr>
                    <th scope="col">Count</th>
                    <th scope="col">What it counts</th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map(({ name, count, meaning }) => (
                    <tr key={name}>
                      <td class="number">{grouped(count)}</td>
                      <td>
                        {meaning} <code class="muted">{name}</code>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </details>
          );
        })}
      </div>
    </>
  );
}
