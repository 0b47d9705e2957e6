// Where captures come in, and what is done with them then.

import { useState } from "preact/hooks";
import { Trouble } from "../parts/trouble";
import { FileButton, useFileDrop } from "./file-drop";
import { IngestOptions } from "./ingest-options";
import { type IngestWish, lackOf, PLAIN } from "./ingest-wish";
import { upload } from "./uploads";

/** Uploads go `to` this case. */
export function UploadPanel({ to }: { to: string | undefined }) {
  const [isToIngest, setToIngest] = useState(true);
  const [wish, setWish] = useState<IngestWish>(PLAIN);
  const [problem, setProblem] = useState<string>();
  const take = (files: File[]) => {
    if (to === undefined) {
      setProblem("The case is not known yet. Try again when it is shown.");
      return;
    }
    if (files.length === 0) {
      setProblem("No file was dropped. Of a folder, drop the captures in it.");
      return;
    }
    const lack = isToIngest ? lackOf(wish) : undefined;
    setProblem(lack);
    if (lack === undefined) {
      upload(files, to, isToIngest ? wish : undefined);
      setWish({ ...wish, secrets: [] });
    }
  };
  const isAbove = useFileDrop(take);
  return (
    <section class="card upload" aria-label="Upload">
      <div class="row beside">
        <FileButton take={take} />
        <span class="muted">or drop them anywhere here: pcap or pcapng, plain or in gzip or zstd</span>
        <label class="check">
          <input type="checkbox" checked={isToIngest} onChange={(event) => setToIngest(event.currentTarget.checked)} />
          Ingest when uploaded
        </label>
      </div>
      {isToIngest ? (
        <details>
          <summary>Ingest options</summary>
          <IngestOptions wish={wish} change={setWish} />
        </details>
      ) : null}
      {problem === undefined ? null : <Trouble error={new Error(problem)} />}
      {isAbove ? (
        <div class="drop-here" aria-hidden="true">
          <p>Drop captures here to upload them{to === undefined ? "" : ` to case ${to}`}</p>
        </div>
      ) : null}
    </section>
  );
}
