// The last jobs of the server.

import type { Job } from "@smbreplay/sdk";
import { useEffect } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { duration, grouped, instant, size } from "../figures";
import { Scrolled } from "../parts/scrolled";
import { Trouble } from "../parts/trouble";
import { Meter, Waiting } from "../parts/waiting";
import { address } from "../route";
import { StateTag } from "./job/state-tag";
import { hasEnded, sessionsOf, targetOf, titleOf, tookOf } from "./job/told";

/** While something runs, and else: another page or the command line may start something. */
const SOON = 2_000;
const LATER = 15_000;

export function JobsView() {
  const answer = useAnswer((signal) => server().listJobs({}, { signal }), []);
  const jobs = answer.value?.jobs;
  const isRunning = jobs?.some((job) => !hasEnded(job)) ?? false;
  const { again, waiting } = answer;
  useEffect(() => {
    if (waiting) {
      return undefined;
    }
    const timer = setTimeout(again, isRunning ? SOON : LATER);
    return () => clearTimeout(timer);
  }, [again, waiting, isRunning]);
  return (
    <div class="replays">
      <h1>Jobs</h1>
      <p class="muted">Long work of the server: ingests, setups and replays. It goes on without this page.</p>
      {answer.error ? <Trouble error={answer.error} again={again} /> : null}
      {!jobs && answer.waiting ? <Waiting /> : null}
      {jobs?.length === 0 ? <p>Nothing was done yet.</p> : null}
      {jobs && jobs.length > 0 ? (
        <Scrolled label="Jobs">
          <table>
            <thead>
              <tr>
                <th>State</th>
                <th>Job</th>
                <th>About</th>
                <th>Asked for, UTC</th>
                <th class="number">Took</th>
              </tr>
            </thead>
            <tbody>
              {jobs.map((job) => (
                <Row key={job.id} job={job} />
              ))}
            </tbody>
          </table>
        </Scrolled>
      ) : null}
    </div>
  );
}

function Row({ job }: { job: Job }) {
  const took = tookOf(job, Date.now());
  return (
    <tr>
      <td class="nowrap">
        <StateTag state={job.state} />
      </td>
      <th scope="row">
        <a href={address({ view: "job", job: job.id })}>{titleOf(job)}</a>
      </th>
      <td class="about">{job.state === "running" ? <Running job={job} /> : about(job)}</td>
      <td class="nowrap">{instant(job.created)}</td>
      <td class="number">{took === undefined ? "–" : duration(took * 1e6)}</td>
    </tr>
  );
}

function Running({ job: { kind, progress } }: { job: Job }) {
  const amount = kind === "ingest" ? size : grouped;
  const total = progress.total > 0 ? ` of ${amount(progress.total)}` : "";
  return (
    <Meter
      label="Progress"
      done={progress.done}
      total={progress.total}
      text={`${progress.doing}: ${amount(progress.done)}${total}`}
    />
  );
}

function about(job: Job): string {
  if (job.error) {
    return job.error.error;
  }
  const sessions = sessionsOf(job);
  const target = targetOf(job);
  return [
    sessions === undefined ? undefined : `${grouped(sessions)} ${sessions === 1 ? "session" : "sessions"}`,
    target === undefined ? undefined : `to ${target}`,
  ]
    .filter((part) => part !== undefined)
    .join(" ");
}
