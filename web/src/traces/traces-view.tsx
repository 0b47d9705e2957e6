// The cases, and the captures of one.

import { APIError } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { CaseChooser } from "./case-chooser";
import { DeleteTrace } from "./delete-trace";
import { IngestDialog } from "./ingest-dialog";
import { type ListedTrace, TracesTable } from "./traces-table";
import { UploadPanel } from "./upload-panel";
import { UploadRow } from "./upload-row";
import { dismissEnded, isOfUpload, isOver, useUploads } from "./uploads";
import { captureOf, caseOf, useWorks, Work } from "./works";

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
      <Doing of={chosen} traces={listed} changed={changed} ingestsBegun={ingesting === undefined} />
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
          started={() => setIngesting(undefined)}
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
  ingestsBegun,
}: {
  of: string | undefined;
  traces: ListedTrace[];
  changed: () => void;
  ingestsBegun: boolean;
}) {
  const uploads = useUploads().filter((upload) => upload.case === of);
  const paths = new Set(traces.map(({ path }) => path));
  const { works, look } = useWorks(
    (job) => !isOfUpload(job.id) && (caseOf(job) === of || paths.has(captureOf(job) ?? "")),
    of,
  );
  const [dismissed, setDismissed] = useState<string[]>([]);
  useEffect(look, [ingestsBegun]);
  const arrived = uploads.filter(({ path }) => path !== undefined).length;
  // An upload that has arrived is in the list, and may have made the case.
  useEffect(() => {
    if (arrived > 0) {
      changed();
    }
  }, [arrived]);
  const others = works.filter(({ id }) => !dismissed.includes(id));
  if (uploads.length + others.length === 0) {
    return null;
  }
  const ended = () => {
    look();
    changed();
  };
  return (
    <section aria-labelledby="doing">
      <div class="row">
        <h2 id="doing">In progress</h2>
        {uploads.some(isOver) ? (
          <button type="button" onClick={() => of !== undefined && dismissEnded(of)}>
            Dismiss what has ended
          </button>
        ) : null}
      </div>
      <ul class="works">
        {others.map((job) => (
          <Work key={job.id} job={job} ended={ended} dismiss={() => setDismissed([...dismissed, job.id])} />
        ))}
        {uploads.map((upload) => (
          <UploadRow key={upload.id} upload={upload} taken={traces.map(({ name }) => name)} ended={ended} />
        ))}
      </ul>
    </section>
  );
}
