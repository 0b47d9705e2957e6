// A run: what became of a replay, why, operation by operation, and how long it took.

import { APIError } from "@smbreplay/sdk";
import { useAnswer } from "../answer";
import { server } from "../client";
import { Tabs } from "../parts/tabs";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address, RUN_PARTS } from "../route";
import { Crumbs } from "./crumbs";
import { Actions } from "./run/actions";
import { Causes } from "./run/causes";
import { DeleteRun } from "./run/delete-run";
import { Operations, type RunRoute } from "./run/operations";
import { Remarks } from "./run/remarks";
import { Summary } from "./run/summary";
import { Times } from "./run/times";

const TITLES = { causes: "Root causes", operations: "Operations", times: "Response times" };

export function RunView({ route }: { route: RunRoute }) {
  const { trace, run } = route;
  const answer = useAnswer((signal) => server().getReplay(run, { capture_path: trace }, { signal }), [trace, run]);
  const report = answer.value;
  const part = route.part ?? RUN_PARTS[0];
  return (
    <div class="replays">
      <Crumbs trace={trace} />
      <h1>Run {report?.run ?? run}</h1>
      {answer.error ? <Trouble error={answer.error} again={answer.again} /> : null}
      {answer.error instanceof APIError && answer.error.code === "conflict" ? (
        <DeleteRun trace={trace} run={run} />
      ) : null}
      {!report && answer.waiting ? <Waiting /> : null}
      {report ? (
        <>
          <Summary report={report} trace={trace} />
          <Actions trace={trace} run={report.run} />
          <Remarks report={report} />
          <Tabs
            label="Parts of the run"
            tabs={RUN_PARTS.map((name) => ({
              name,
              title: TITLES[name],
              href: address({ view: "run", trace, run, ...(name === RUN_PARTS[0] ? {} : { part: name }) }),
            }))}
            shown={part}
          />
          {part === "causes" ? <Causes report={report} trace={trace} /> : null}
          {part === "operations" ? <Operations route={route} /> : null}
          {part === "times" ? <Times trace={trace} run={report.run} /> : null}
        </>
      ) : null}
    </div>
  );
}
