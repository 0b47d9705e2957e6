// The cases, and the captures of one.

import { APIError } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { CaseChooser } from "./case-chooser";
import { DeleteTrace } from "./delete-trace";
import { captureOf, caseOf, useWorks, Work } from "./in-progress";
import { IngestDialog } from "./ingest-dialog";
import { type ListedTrace, TracesTable } from "./traces-table";
import { UploadPanel } from "./upload-panel";
import { UploadRow } from "./upload-row";
import { dismissEnded, isOfUpload, isOver, useUploads } from "./uploads";

export function TracesView({ case: wanted }: { case: string | undefined }) {
  const cases = useAnswer((signal) => server().listCases({ signal }), []);
  const traces = useAnswer(
    (signal) => server().listTraces(wanted === undefined ? {} : { case_id: wanted }, { signal }),
    [wanted],
  );
  const isNew = traces.error instanceof APIError && traces.error.code === "case_not_found" && wanted !== undefined;
  const chosen = wanted ?? traces.value?.case_id ?? cases.value?.cases.find(({ current }) => current)?.case_id;
  const listed = traces.value?.traces ?? [];
  const [ingesting, setIngesting] = useState<ListedTrace>();
  const [begun, setBegun] = useState<string>();
  const [removing, setRemoving] = useState<ListedTrace>();
  const changed = () => {
    traces.again();
    cases.again();
  };
  return (
    <>
      <h1>Traces</h1>
      <CaseChooser chosen={chosen} list={cases.value} error={cases.error} />
      <UploadPanel to={chosen} />
      <Doing of={chosen} traces={listed} changed={changed} begun={begun} />
      {isNew ? (
        <p>There is no such case yet. It is made with the first capture that is uploaded.</p>
      ) : traces.error ? (
        <Trouble error={traces.error} again={traces.again} />
      ) : traces.value === undefined ? (
        <Waiting what="Looking for captures" />
      ) : listed.length === 0 ? (
        <p>This case has no captures yet. Upload some, or copy them into its folder on the server.</p>
      ) : (
        <TracesTable traces={listed} ingest={setIngesting} remove={setRemoving} />
      )}
      {ingesting ? (
        <IngestDialog
          trace={ingesting.path}
          isForced={ingesting.problem !== null}
          close={() => setIngesting(undefined)}
          started={(job) => {
            setIngesting(undefined);
            setBegun(job);
          }}
        />
      ) : null}
      {removing ? (
        <DeleteTrace
          trace={removing.path}
          name={removing.name}
          caseId={removing.case_id}
          files={removing.files}
          isIngested={removing.ingested}
          close={() => setRemoving(undefined)}
          deleted={() => {
            setRemoving(undefined);
            changed();
          }}
        />
      ) : null}
    </>
  );
}

/** Uploads and jobs of the case that go on, or have just ended. */
function Doing({
  of,
  traces,
  changed,
  begun,
}: {
  of: string | undefined;
  traces: ListedTrace[];
  changed: () => void;
  begun: string | undefined;
}) {
  const uploads = useUploads().filter((upload) => upload.case === of);
  const paths = new Set(traces.map(({ path }) => path));
  const { works, look, add, dismiss } = useWorks(
    (job) => !isOfUpload(job.id) && (caseOf(job) === of || paths.has(captureOf(job) ?? "")),
    of,
  );
  useEffect(() => {
    if (begun !== undefined) {
      add(begun);
    }
  }, [begun]);
  const arrived = uploads.filter(({ path }) => path !== undefined).length;
  // An upload that has arrived is in the list, and may have made the case.
  useEffect(() => {
    if (arrived > 0) {
      changed();
    }
  }, [arrived]);
  if (uploads.length + works.length === 0) {
    return null;
  }
  const ended = () => {
    look();
    changed();
  };
  return (
    <section aria-labelledby="doing">
      <div class="row doing">
        <h2 id="doing">In progress</h2>
        {uploads.some(isOver) ? (
          <button type="button" onClick={() => of !== undefined && dismissEnded(of)}>
            Dismiss what has ended
          </button>
        ) : null}
      </div>
      <ul class="works">
        {works.map((job) => (
          <Work key={job.id} job={job} ended={ended} begun={add} dismiss={() => dismiss(job.id)} />
        ))}
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} taken={traces.map(({ name }) => name)} ended={ended} begun={add} />
        ))}
      </ul>
    </section>
  );
}
