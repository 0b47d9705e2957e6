// A job of the server, followed by its events.

import type { Job, JobProgress } from "@smbreplay/sdk";
import { useEffect, useRef, useState } from "preact/hooks";
import { server } from "../client";
import { turn } from "./turns";

/** What is known of a job. */
export interface FollowedJob {
  /** As it was when it was looked at last; with its result once it has ended. */
  job: Job | undefined;
  progress: JobProgress | undefined;
  warnings: string[];
  /** Why it cannot be followed. */
  error: Error | undefined;
}

/** More warnings than these are in the result. */
const MOST_WARNINGS = 100;

/** Follows a job to its end; `ended` is called there, once. */
export function useJob(id: string, ended: (job: Job) => void): FollowedJob {
  const [known, setKnown] = useState<FollowedJob>({
    job: undefined,
    progress: undefined,
    warnings: [],
    error: undefined,
  });
  const latest = useRef(ended);
  latest.current = ended;
  useEffect(() => {
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const add = (part: Partial<FollowedJob>) => setKnown((before) => ({ ...before, ...part }));
    follow(id, signal, add, (job) => latest.current(job)).catch((error: unknown) => {
      if (!signal.aborted) {
        add({ error: error instanceof Error ? error : new Error(String(error)) });
      }
    });
    return () => giveUp.abort();
  }, [id]);
  return known;
}

/** Whether nothing changes any more. */
export function hasEnded(job: Job): boolean {
  return job.state !== "queued" && job.state !== "running";
}

async function follow(
  id: string,
  signal: AbortSignal,
  add: (part: Partial<FollowedJob>) => void,
  ended: (job: Job) => void,
): Promise<void> {
  let job = await server().getJob(id, { signal });
  add({ job, progress: job.progress });
  if (hasEnded(job)) {
    ended(job);
    return;
  }
  const release = await turn(signal);
  let warnings: string[] = [];
  try {
    for await (const event of server().jobEvents(id, { signal })) {
      switch (event.type) {
        case "progress":
          add({ progress: event.data });
          break;
        case "warning":
          warnings = [...warnings, event.data].slice(0, MOST_WARNINGS);
          add({ warnings });
          break;
        case "state":
          job = { ...job, state: event.data };
          add({ job });
          break;
        case "end":
          add({ job: event.data });
          ended(event.data);
          break;
      }
    }
  } finally {
    release();
  }
}
