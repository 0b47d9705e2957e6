// What the server does for a case or a trace just now, also what was begun before this page was opened.

import type { Job } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { grouped } from "../figures";
import { Meter } from "../parts/waiting";
import { address } from "../route";
import { hasEnded, useJob } from "./followed-job";
import { IngestJob } from "./ingest-job";
import { baseName } from "./path";

export interface Works {
  works: Job[];
  /** Looks for others. */
  look: () => void;
  /** Adds one that this page has begun. */
  add: (job: string) => void;
  /** Takes one from the list. */
  dismiss: (job: string) => void;
}

/** Jobs that have not ended, of those that `isMeant` takes. Each stays in the list until it is dismissed, or the view is left. */
export function useWorks(isMeant: (job: Job) => boolean, about: unknown): Works {
  const { value, again } = useAnswer(activeJobs, [about]);
  const [dismissed, setDismissed] = useState<string[]>([]);
  const [kept, setKept] = useState<{ about: unknown; jobs: Job[] }>({ about, jobs: [] });
  useEffect(() => {
    setKept((before) => {
      const known = before.about === about ? before.jobs : [];
      const fresh = (value ?? []).filter((job) => !known.some(({ id }) => id === job.id));
      return { about, jobs: [...known, ...fresh] };
    });
  }, [value, about]);
  const [begun, setBegun] = useState<string>();
  // A short one has ended before a list of those that go on would show it.
  const found = useAnswer(begun === undefined ? undefined : (signal) => server().getJob(begun, { signal }), [begun]);
  useEffect(() => {
    const job = found.value;
    if (job) {
      setKept(({ about, jobs }) => ({ about, jobs: jobs.some(({ id }) => id === job.id) ? jobs : [...jobs, job] }));
    }
  }, [found.value]);
  const works = kept.about === about ? kept.jobs.filter(({ id }) => !dismissed.includes(id)).filter(isMeant) : [];
  return { works, look: again, add: setBegun, dismiss: (job) => setDismissed([...dismissed, job]) };
}

async function activeJobs(signal: AbortSignal): Promise<Job[]> {
  const [running, queued] = await Promise.all([
    server().listJobs({ state: "running" }, { signal }),
    server().listJobs({ state: "queued" }, { signal }),
  ]);
  const jobs = [...running.jobs, ...queued.jobs].sort((a, b) => a.created.localeCompare(b.created));
  // One may have begun between the two answers.
  return jobs.filter((job, place) => jobs.findIndex(({ id }) => id === job.id) === place);
}

/** The capture that a job is about. */
export function captureOf(job: Job): string | undefined {
  const { capture_path } = job.request as { capture_path?: unknown };
  return typeof capture_path === "string" ? capture_path : undefined;
}

/** The case that a job is about, where it tells. */
export function caseOf(job: Job): string | undefined {
  const { case_id } = job.request as { case_id?: unknown };
  return typeof case_id === "string" ? case_id : undefined;
}

/** A job: an ingest can be cancelled here, of others is told how far they are. */
export function Work({
  job,
  ended,
  begun,
  dismiss,
}: {
  job: Job;
  ended: () => void;
  /** Called with the id of another job that was begun in its place. */
  begun: (job: string) => void;
  dismiss: () => void;
}) {
  const trace = captureOf(job) ?? "";
  return job.kind === "ingest" ? (
    <IngestJob id={job.id} trace={trace} ended={ended} begun={begun} dismiss={dismiss} />
  ) : (
    <OtherJob first={job} trace={trace} ended={ended} dismiss={dismiss} />
  );
}

function OtherJob({
  first,
  trace,
  ended,
  dismiss,
}: {
  first: Job;
  trace: string;
  ended: () => void;
  dismiss: () => void;
}) {
  const followed = useJob(first.id, ended);
  const job = followed.job ?? first;
  const { done, total } = followed.progress ?? first.progress;
  const what = job.kind === "setup" ? "Setup" : "Replay";
  return (
    <li class="work">
      <div class="row">
        <strong>
          {what} of {baseName(trace)}
        </strong>
        <span class="muted">{job.state}</span>
        <a href={address({ view: "job", job: job.id })}>Show it</a>
        {hasEnded(job) ? (
          <button type="button" onClick={dismiss}>
            Dismiss<span class="unseen"> {baseName(trace)}</span>
          </button>
        ) : null}
      </div>
      {hasEnded(job) ? null : (
        <Meter
          label={`${what} of ${baseName(trace)}`}
          done={done}
          total={total}
          text={total > 0 ? `${grouped(done)} of ${grouped(total)}` : ""}
        />
      )}
    </li>
  );
}
