// Fields of the first operation of a group, in the capture and in both runs.

import type { Answer } from "@smbreplay/sdk";
import { Scrolled } from "../../parts/scrolled";

type Change = Answer<"compareReplays">["changes"][number];

export function ChangedFields({ change: { a_differences, b_differences } }: { change: Change }) {
  const fields = [...new Set([...a_differences, ...b_differences].map(({ field }) => field))];
  if (fields.length === 0) {
    return <p class="muted">Of the compared fields none differs: the status does, or the verdict.</p>;
  }
  return (
    <Scrolled label="Fields that changed">
      <table>
        <caption>Of the first operation</caption>
        <thead>
          <tr>
            <th>Field</th>
            <th>Captured</th>
            <th>First run</th>
            <th>Second run</th>
          </tr>
        </thead>
        <tbody>
          {fields.flatMap((field) => {
            const [first, second] = [a_differences, b_differences].map((all) =>
              all.filter((one) => one.field === field),
            );
            const rows = Math.max(first?.length ?? 0, second?.length ?? 0);
            return Array.from({ length: rows }, (_, place) => {
              const [a, b] = [first?.[place], second?.[place]];
              return (
                <tr key={`${field} ${place}`}>
                  <th scope="row">
                    <code>{field}</code>
                  </th>
                  <td class="text">{a?.captured ?? b?.captured}</td>
                  <td class="text">{a ? a.live : <span class="muted">as captured</span>}</td>
                  <td class="text">{b ? b.live : <span class="muted">as captured</span>}</td>
                </tr>
              );
            });
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}
