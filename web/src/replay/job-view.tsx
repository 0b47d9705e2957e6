// A job: how far it is while it runs, and what came of it.

import { NotFoundError } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { instant } from "../figures";
import { Facts } from "../parts/facts";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address } from "../route";
import { Crumbs } from "./crumbs";
import { DivergenceGroups } from "./job/divergence-groups";
import { type Followed, useJob } from "./job/follow";
import { Progress } from "./job/progress";
import { Result } from "./job/result";
import { StateTag } from "./job/state-tag";
import { Stop } from "./job/stop";
import { hasEnded, sessionsOf, targetOf, titleOf, traceOf } from "./job/told";
import { Sentences } from "./sentences";

export function JobView({ job: id }: { job: string }) {
  const [round, setRound] = useState(0);
  const followed = useJob(id, round);
  const { job, error, isBroken } = followed;
  if (!job) {
    return (
      <div class="replays">
        <h1>Job</h1>
        {error ? (
          <Trouble error={error} again={() => setRound(round + 1)} />
        ) : isBroken ? (
          <Reconnecting />
        ) : (
          <Waiting />
        )}
        {error instanceof NotFoundError ? (
          <p>
            The server remembers its last 500 jobs. <a href={address({ view: "jobs" })}>All jobs</a>
          </p>
        ) : null}
      </div>
    );
  }
  const trace = traceOf(job);
  const isRunning = !hasEnded(job);
  return (
    <div class="replays">
      {trace !== undefined ? <Crumbs trace={trace} between={[{ title: "Jobs", route: { view: "jobs" } }]} /> : null}
      <div class="row between">
        <h1>{titleOf(job)}</h1>
        {isRunning ? <Stop job={job} /> : null}
      </div>
      <p role="status">
        <StateTag state={job.state} />
      </p>
      {isBroken ? <Reconnecting /> : null}
      {error ? <Trouble error={error} again={() => setRound(round + 1)} /> : null}
      {isRunning ? null : <Result job={job} />}
      <Progress job={job} followed={followed} />
      <Facts
        facts={[
          ["Server", targetOf(job)],
          ["Sessions", sessionsOf(job)],
          ["Asked for", `${instant(job.created)} UTC`],
          ["Ended", job.ended === null ? undefined : `${instant(job.ended)} UTC`],
        ]}
      />
      {/* The warnings of a report are told with the result. */}
      <Told followed={followed} />
      {job.kind === "replay" ? (
        <DivergenceGroups divergences={followed.divergences} trace={trace} isRunning={isRunning} />
      ) : null}
    </div>
  );
}

function Told({ followed }: { followed: Followed }) {
  return (
    <>
      <Sentences title="Warnings" sentences={followed.warnings} />
      {followed.lost > 0 ? (
        <p class="notice">
          {followed.lost} earlier events are not kept by the server any more: the counts of the groups below begin after
          them. The run has all of them.
        </p>
      ) : null}
    </>
  );
}

function Reconnecting() {
  return (
    <p class="notice" role="status">
      The connection to the server is broken. It is tried again until it is there; a job goes on without this page. If
      the server was stopped, its jobs are shown as interrupted once it runs again.
    </p>
  );
}
