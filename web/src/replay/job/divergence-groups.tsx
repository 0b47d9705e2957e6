// Divergences of a replay as they happen, in groups.

import { useState } from "preact/hooks";
import { counted, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { address } from "../../route";
import { Change } from "../change";
import { VerdictTag } from "../verdicts";
import type { Divergences, Group, GroupOrder } from "./divergences";

const SHOWN = 50;

/** The groups; `trace` makes links of operations. */
export function DivergenceGroups({
  divergences,
  trace,
  isRunning,
}: {
  divergences: Divergences;
  trace: string | undefined;
  isRunning: boolean;
}) {
  const [order, setOrder] = useState<GroupOrder>("latest");
  const groups = divergences.list(order);
  return (
    <section aria-label="Divergences">
      <div class="row between">
        <h2>Divergences by cause</h2>
        <label class="labelled">
          First
          <select value={order} onChange={(event) => setOrder(event.currentTarget.value as GroupOrder)}>
            <option value="latest">the newest</option>
            <option value="count">the most frequent</option>
          </select>
        </label>
      </div>
      <p class="muted">Those that an earlier divergence explains are counted above, and are not listed.</p>
      {groups.length === 0 ? (
        <p class="muted">{isRunning ? "None until now." : "None was told."}</p>
      ) : (
        <Scrolled label="Table of divergences by cause">
          <table>
            <thead>
              <tr>
                <th class="number">Count</th>
                <th>Verdict</th>
                <th>Command</th>
                <th>Captured and live</th>
                <th class="number">First frame</th>
                <th>First path</th>
              </tr>
            </thead>
            <tbody>
              {groups.slice(0, SHOWN).map((group) => (
                <Row key={group.key} group={group} trace={trace} />
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      {groups.length > SHOWN ? <p class="muted">{counted(groups.length - SHOWN, "further group")}.</p> : null}
      {divergences.beyond > 0 ? (
        <p class="muted">
          {counted(divergences.beyond, "divergence")} of further groups {divergences.beyond === 1 ? "is" : "are"} only
          counted; the run has all of them.
        </p>
      ) : null}
    </section>
  );
}

function Row({ group: { first, count }, trace }: { group: Group; trace: string | undefined }) {
  const { session_file, op, frame } = first;
  const isLinked = trace !== undefined && session_file !== null && op !== null;
  return (
    <tr>
      <td class="number">{grouped(count)}</td>
      <td>
        <VerdictTag verdict={first.verdict} />
      </td>
      <th scope="row">{first.command}</th>
      <td>
        <Change captured={first.captured_status} live={first.live_status} fields={first.fields} />
      </td>
      <td class="number">
        {isLinked ? (
          <a href={address({ view: "session", trace, session: session_file, tab: "operations", op })}>
            {frame ?? `operation ${op}`}
          </a>
        ) : (
          (frame ?? "–")
        )}
      </td>
      <td class="text">{first.path ?? "–"}</td>
    </tr>
  );
}
