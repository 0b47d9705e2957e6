// A trace: what its ingest found, its sessions, its replays.

import { APIError } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { Notice, Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address, go } from "../route";
import { DeleteTrace } from "./delete-trace";
import { captureOf, useWorks, Work } from "./in-progress";
import { IngestDialog } from "./ingest-dialog";
import { baseName } from "./path";
import { Replays } from "./replays";
import { SessionsTable } from "./sessions-table";
import { Summary } from "./summary";

export function TraceView({ trace }: { trace: string }) {
  const of = { capture_path: trace };
  const summary = useAnswer((signal) => server().getTraceSummary(of, { signal }), [trace]);
  const sessions = useAnswer((signal) => server().listSessions(of, { signal }), [trace]);
  const replays = useAnswer((signal) => server().listReplays(of, { signal }), [trace]);
  const { works, look, add, dismiss } = useWorks((job) => captureOf(job) === trace, trace);
  const [asks, setAsks] = useState<"ingest" | "delete">();
  const again = () => {
    look();
    summary.again();
    sessions.again();
    replays.again();
  };
  const isNotIngested = sessions.error instanceof APIError && sessions.error.code === "not_ingested";
  const name = summary.value?.name ?? baseName(trace);
  const caseId = summary.value?.case_id;
  return (
    <>
      <p class="crumbs">
        <a href={address({ view: "traces", ...(caseId === undefined ? {} : { case: caseId }) })}>
          {caseId === undefined ? "Traces" : `Case ${caseId}`}
        </a>
      </p>
      <div class="row heading">
        <h1>{name}</h1>
        {isNotIngested ? null : (
          <a class="button main" href={address({ view: "replay", trace })}>
            Replay …
          </a>
        )}
        <button type="button" onClick={() => setAsks("ingest")}>
          {isNotIngested ? "Ingest …" : "Ingest again …"}
        </button>
        <button type="button" class="danger" onClick={() => setAsks("delete")}>
          Delete …
        </button>
      </div>
      {works.length > 0 ? (
        <ul class="works" aria-label="In progress">
          {works.map((job) => (
            <Work key={job.id} job={job} ended={again} begun={add} dismiss={() => dismiss(job.id)} />
          ))}
        </ul>
      ) : null}
      {isNotIngested ? (
        <Notice>
          <p>This capture was not ingested yet: its sessions are not known. Ingest it to see them.</p>
        </Notice>
      ) : (
        <>
          {summary.error ? (
            <Trouble error={summary.error} again={summary.again} />
          ) : summary.value ? (
            <Summary summary={summary.value} ingest={() => setAsks("ingest")} />
          ) : (
            <Waiting what="Loading the summary" />
          )}
          <h2>Sessions</h2>
          {sessions.error ? (
            <Trouble error={sessions.error} again={sessions.again} />
          ) : sessions.value === undefined ? (
            <Waiting what="Loading the sessions" />
          ) : sessions.value.total === 0 ? (
            <p>No session was found in this capture.</p>
          ) : (
            <SessionsTable trace={trace} sessions={sessions.value.sessions} />
          )}
          <h2>Replays</h2>
          <Replays trace={trace} replays={replays} />
        </>
      )}
      {asks === "ingest" ? (
        <IngestDialog
          trace={trace}
          close={() => setAsks(undefined)}
          started={(job) => {
            setAsks(undefined);
            add(job);
          }}
        />
      ) : null}
      {asks === "delete" ? (
        <DeleteTrace
          trace={trace}
          name={name}
          caseId={caseId}
          isIngested={!isNotIngested}
          replays={replays.value?.total}
          close={() => setAsks(undefined)}
          deleted={() => go({ view: "traces", ...(caseId === undefined ? {} : { case: caseId }) })}
        />
      ) : null}
    </>
  );
}
