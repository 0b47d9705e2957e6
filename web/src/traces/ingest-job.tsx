// An ingest that goes on, or has ended.

import type { IngestAnswer, Job, JobProgress } from "@smbreplay/sdk";
import { APIError } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { server } from "../client";
import { counted, duration, grouped, share, size } from "../figures";
import { Trouble } from "../parts/trouble";
import { Meter } from "../parts/waiting";
import { address } from "../route";
import { type FollowedJob, hasEnded, useJob } from "./followed-job";
import { IngestDialog } from "./ingest-dialog";
import { baseName } from "./path";

const DOING: Record<string, string> = {
  hashing: "looks whether it has changed",
  reading: "is being read",
  writing: "its sessions are being written",
};

/** `ended` is called when it has ended, `begun` with the job of another ingest of the same capture. */
export function IngestJob({
  id,
  trace,
  ended,
  begun,
  dismiss,
}: {
  id: string;
  trace: string;
  ended: () => void;
  begun: (job: string) => void;
  dismiss: () => void;
}) {
  const followed = useJob(id, ended);
  const { job, error } = followed;
  const [refused, setRefused] = useState<Error>();
  const [isCancelling, setCancelling] = useState(false);
  const name = baseName(trace);
  const result = job?.state === "done" && job.result !== null ? (job.result as IngestAnswer) : undefined;
  const isOver = (job !== undefined && hasEnded(job)) || error !== undefined;
  const cancel = async () => {
    setCancelling(true);
    setRefused(undefined);
    try {
      await server().cancelJob(id);
    } catch (error) {
      setRefused(error instanceof Error ? error : new Error(String(error)));
      setCancelling(false);
    }
  };
  return (
    <li class="work">
      <div class="row">
        <strong>{name}</strong>
        <span class="muted">{isCancelling && !isOver ? "is being cancelled" : told(followed)}</span>
        {result ? (
          <span>
            {summary(result)} <a href={address({ view: "trace", trace })}>Show it</a>
          </span>
        ) : null}
        {isOver ? (
          <button type="button" onClick={dismiss}>
            Dismiss<span class="unseen"> {name}</span>
          </button>
        ) : (
          <button type="button" disabled={isCancelling} onClick={cancel}>
            Cancel<span class="unseen"> the ingest of {name}</span>
          </button>
        )}
      </div>
      {job && !isOver && followed.progress ? <Progress name={name} progress={followed.progress} /> : null}
      {refused && !isOver ? <Trouble error={refused} /> : null}
      {error ? <Trouble error={error} /> : null}
      {job && hasEnded(job) ? (
        <Ended job={job} trace={trace} warnings={result?.warnings ?? followed.warnings} begun={begun} />
      ) : null}
    </li>
  );
}

function told({ job, progress }: FollowedJob): string {
  switch (job?.state) {
    case undefined:
      return "";
    case "queued":
      return "waits for its turn to be ingested";
    case "running":
      return DOING[progress?.doing ?? ""] ?? progress?.doing ?? "is being ingested";
    case "done":
      return "is ingested";
    case "failed":
      return "could not be ingested";
    case "cancelled":
      return "the ingest was cancelled; nothing of it is kept";
    case "interrupted":
      return "the server was stopped before the ingest was done; begin it again";
  }
}

function Progress({ name, progress }: { name: string; progress: JobProgress }) {
  const { done, total } = progress;
  const text = total > 0 ? `${share(done, total)} · ${size(done)} of ${size(total)}` : "";
  return <Meter label={`Ingest of ${name}`} done={done} total={total} text={text} />;
}

function Ended({
  job,
  trace,
  warnings,
  begun,
}: {
  job: Job;
  trace: string;
  warnings: string[];
  begun: (job: string) => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const error = job.state === "failed" ? job.error : null;
  return (
    <>
      {warnings.length > 0 ? (
        <details>
          <summary>{counted(warnings.length, "warning")}</summary>
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </details>
      ) : null}
      {error ? (
        <Trouble
          error={
            new APIError(error.error, {
              status: 0,
              code: error.code,
              ...(error.detail ? { detail: error.detail } : {}),
            })
          }
        />
      ) : null}
      {job.state === "done" ? null : (
        <button type="button" onClick={() => setAsking(true)}>
          Ingest again …
        </button>
      )}
      {isAsking ? (
        <IngestDialog
          trace={trace}
          isForced={error?.code === "conflict"}
          close={() => setAsking(false)}
          started={(job) => {
            setAsking(false);
            begun(job);
          }}
        />
      ) : null}
    </>
  );
}

function summary(result: IngestAnswer): string {
  if (result.unchanged) {
    return "It was ingested before and has not changed: nothing was done.";
  }
  const { sessions, smb2_messages, total_frames, encrypted_messages, processing_time } = result;
  const found = `${counted(sessions.filter(isSession).length, "session")}, ${counted(smb2_messages, "SMB2 message")} in ${counted(total_frames, "packet")}`;
  const closed = encrypted_messages > 0 ? `; ${grouped(encrypted_messages)} messages stayed encrypted` : "";
  return `${found}${closed}. It took ${duration(processing_time * 1e9)}.`;
}

/** The file of what belongs to no session is none. */
function isSession(file: string): boolean {
  return !/_0x0+\./.test(file);
}
