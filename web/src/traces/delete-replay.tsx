// Is this replay to be deleted?

import { useState } from "preact/hooks";
import { server } from "../client";
import { Dialog } from "../parts/dialog";
import { Notice, Trouble } from "../parts/trouble";

export function DeleteReplay({
  trace,
  run,
  close,
  deleted,
}: {
  trace: string;
  run: string;
  close: () => void;
  deleted: () => void;
}) {
  const [error, setError] = useState<Error>();
  const [isDeleting, setDeleting] = useState(false);
  const remove = async () => {
    setDeleting(true);
    setError(undefined);
    try {
      await server().deleteReplay(run, { capture_path: trace });
      deleted();
    } catch (error) {
      setError(error instanceof Error ? error : new Error(String(error)));
      setDeleting(false);
    }
  };
  return (
    <Dialog title={`Delete the replay ${run}`} close={close}>
      <p>Its report, what was answered and its traffic are deleted, and cannot be brought back.</p>
      <Notice>
        <p>
          What this replay made on the lab share is known from it alone. To remove that too, run this before, where the
          server runs:
        </p>
        <pre>smbreplay cleanup {run}</pre>
      </Notice>
      {error ? <Trouble error={error} /> : null}
      <div class="row choices">
        <button type="button" class="danger" disabled={isDeleting} onClick={remove}>
          {isDeleting ? "Deletes …" : "Delete"}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
