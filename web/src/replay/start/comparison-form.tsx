// Which differences count: rules, and earlier runs that show what is noise.

import { useState } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import type { ChangePlan, Plan } from "./plan";

/** Rules as in a file of them, a line each. */
export function ComparisonForm({ plan, change, trace }: { plan: Plan; change: ChangePlan; trace: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Which differences count</summary>
      <div class="fields">
        <label>
          Ignore
          <textarea
            rows={3}
            value={plan.ignore}
            spellcheck={false}
            placeholder={"CREATE.oplock_granted\ndata@logs\\*"}
            onInput={(event) => change({ ignore: event.currentTarget.value })}
          />
          <small class="muted">
            A rule a line: <code>[COMMAND.]FIELD[@PATH]</code>. Differences that fit do not count.
          </small>
        </label>
        <label>
          Compare also
          <textarea
            rows={3}
            value={plan.compare}
            spellcheck={false}
            placeholder="CREATE.allocation_size"
            onInput={(event) => change({ compare: event.currentTarget.value })}
          />
          <small class="muted">
            The same for what is a server’s own, and else not compared: times, ids, allocation.
          </small>
        </label>
      </div>
      {isOpen ? <Baseline plan={plan} change={change} trace={trace} /> : null}
    </details>
  );
}

function Baseline({ plan, change, trace }: { plan: Plan; change: ChangePlan; trace: string }) {
  const runs = useAnswer((signal) => server().listReplays({ capture_path: trace }, { signal }), [trace]);
  const complete = (runs.value?.runs ?? []).filter((run) => run.complete).reverse();
  const toggle = (run: string, isChosen: boolean) => {
    const others = [...plan.baseline].filter((other) => other !== run);
    change({ baseline: new Set(isChosen ? [...others, run] : others) });
  };
  return (
    <fieldset class="baseline">
      <legend>Earlier runs whose differences are noise</legend>
      {runs.error ? <Trouble error={runs.error} again={runs.again} /> : null}
      {runs.waiting && !runs.value ? <Waiting /> : null}
      {runs.value && complete.length === 0 ? <p class="muted">This trace was not replayed yet.</p> : null}
      <p class="muted">Of several runs: what differs between them. Of one: what differed in it.</p>
      {complete.slice(0, 50).map(({ run, target }) => (
        <label class="check" key={run}>
          <input
            type="checkbox"
            checked={plan.baseline.has(run)}
            onChange={(event) => toggle(run, event.currentTarget.checked)}
          />
          {run}
          {target ? ` on ${target.server}:${target.port}` : ""}
        </label>
      ))}
    </fieldset>
  );
}
