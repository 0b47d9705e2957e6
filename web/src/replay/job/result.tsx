// What came of a job that has ended.

import type { Execution, IngestAnswer, Job, SetupAnswer } from "@smbreplay/sdk";
import { counted, grouped } from "../../figures";
import { Facts } from "../../parts/facts";
import { address } from "../../route";
import { Sentences } from "../sentences";
import { SetupResult } from "../setup-result";
import { ValidationResult } from "../start/validation";
import { divergedIn, reportOf, verdictSentence } from "../verdict-sentence";
import { traceOf } from "./told";

/** The outcome in words, with links to what was made. */
export function Result({ job }: { job: Job }) {
  const trace = traceOf(job);
  if (job.error) {
    return (
      <div class="trouble" role="alert">
        <p>
          <strong>{job.error.error}</strong>
        </p>
        {job.error.detail ? <p>{job.error.detail}</p> : null}
      </div>
    );
  }
  if (job.state === "interrupted") {
    return (
      <div class="trouble" role="alert">
        <p>
          <strong>The server was stopped before the job was done.</strong>
        </p>
        <p>{INTERRUPTED[job.kind]}</p>
        {trace !== undefined ? (
          <p>{<a href={address({ view: "trace", trace })}>To the trace and its runs</a>}</p>
        ) : null}
      </div>
    );
  }
  if (job.result === null) {
    return (
      <p class="notice">
        {job.state === "cancelled"
          ? "It was stopped before anything came of it."
          : "What came of it is not kept with the job any more."}{" "}
        {trace !== undefined ? <a href={address({ view: "trace", trace })}>The trace</a> : null}
      </p>
    );
  }
  switch (job.kind) {
    case "replay":
      return <Replayed execution={job.result as Execution} trace={trace} />;
    case "setup":
      return <SetupResult answer={job.result as SetupAnswer} />;
    case "ingest":
      return <Ingested answer={job.result as IngestAnswer} trace={trace} />;
  }
}

const INTERRUPTED: Record<Job["kind"], string> = {
  replay: "What was sent until then changed the lab share; the run of it is not complete. Start the replay again.",
  setup: "What was made until then is on the lab share; smbreplay cleanup removes it. Start it again.",
  ingest: "Nothing of it is left. Ingest the trace again.",
};

function Replayed({ execution, trace }: { execution: Execution; trace: string | undefined }) {
  const report = reportOf(execution);
  if (!report) {
    return (
      <>
        <p class="verdict-sentence bad">✗ Nothing was replayed: it was not ready.</p>
        {execution.validation ? (
          <ValidationResult found={execution.validation} />
        ) : (
          <Sentences title="Why" kind="trouble" sentences={execution.errors} />
        )}
      </>
    );
  }
  const isGood = execution.success;
  return (
    <>
      <p class={`verdict-sentence ${isGood ? "good" : divergedIn(report) > 0 ? "bad" : "warning"}`} role="status">
        {isGood ? "✓ " : "≠ "}
        {verdictSentence(report)}
      </p>
      {trace !== undefined ? (
        <p>
          <a class="button main" href={address({ view: "run", trace, run: report.run })}>
            Look at the run {report.run}
          </a>
        </p>
      ) : null}
      <Sentences title="Worth knowing" sentences={report.warnings} />
    </>
  );
}

function Ingested({ answer, trace }: { answer: IngestAnswer; trace: string | undefined }) {
  return (
    <>
      <p class={`verdict-sentence ${answer.success ? "good" : "bad"}`} role="status">
        {answer.success ? `✓ ${counted(answer.session_count, "session")} found.` : "✗ It was not ingested."}
      </p>
      {answer.error ? <p class="trouble">{answer.error}</p> : null}
      <Facts facts={[["Frames", grouped(answer.total_frames)]]} />
      {trace !== undefined ? (
        <p>
          <a class="button main" href={address({ view: "trace", trace })}>
            Look at the trace
          </a>
        </p>
      ) : null}
    </>
  );
}
