// How far a job is, in a bar and in figures.

import type { Job } from "@smbreplay/sdk";
import { duration, grouped, size } from "../../figures";
import { Facts } from "../../parts/facts";
import { Meter } from "../../parts/waiting";
import { useClock } from "./clock";
import type { Followed } from "./follow";
import { hasEnded, tookOf } from "./told";

/** `job` is the one that is followed. */
export function Progress({ job, followed }: { job: Job; followed: Followed }) {
  const isRunning = !hasEnded(job);
  const now = useClock(isRunning);
  const progress = followed.progress ?? job.progress;
  const amount = job.kind === "ingest" ? size : grouped;
  const isReplaying = job.kind === "replay" && progress.doing === "replaying";
  const took = tookOf(job, now);
  const rate = isRunning ? followed.perSecond : average(progress.done - progress.skipped, took);
  return (
    <>
      {isRunning ? (
        <Meter
          label="Progress"
          done={progress.done}
          total={job.state === "queued" ? 0 : progress.total}
          text={
            job.state === "queued"
              ? "Other jobs run before it."
              : progress.doing === ""
                ? "beginning"
                : `${progress.doing}: ${amount(progress.done)}${progress.total > 0 ? ` of ${amount(progress.total)}` : ""}`
          }
        />
      ) : null}
      <Facts
        facts={[
          ["Done", `${amount(progress.done)}${progress.total > 0 ? ` of ${amount(progress.total)}` : ""}`],
          ["Elapsed", took === undefined ? undefined : duration(isRunning ? wholeSeconds(took) : took * 1e6)],
          ["Requests a second", isReplaying && rate !== undefined ? grouped(Math.round(rate)) : undefined],
          ["Bytes a second", job.kind === "ingest" && rate !== undefined ? size(rate) : undefined],
          ["In flight", isReplaying && isRunning ? grouped(progress.in_flight) : undefined],
          ["Lag", isReplaying && progress.lag_ms > 0 ? duration(progress.lag_ms * 1e6) : undefined],
          ["Divergences", isReplaying ? grouped(progress.divergences) : undefined],
          ["Not sent", isReplaying ? grouped(progress.skipped) : undefined],
        ]}
      />
    </>
  );
}

function average(done: number, took: number | undefined): number | undefined {
  return took === undefined || took < 100 ? undefined : (done / took) * 1000;
}

/** A clock that runs shows no fractions. */
function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1e9;
}
