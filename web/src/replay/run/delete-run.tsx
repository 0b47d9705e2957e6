// Deletes the record of a run.

import { useState } from "preact/hooks";
import { server } from "../../client";
import { Dialog } from "../../parts/dialog";
import { Trouble } from "../../parts/trouble";
import { address } from "../../route";
import { useAsked } from "../asked";

/** A button that asks back. */
export function DeleteRun({ trace, run }: { trace: string; run: string }) {
  const [isAsking, setAsking] = useState(false);
  const deletion = useAsked<void>();
  const close = () => {
    if (!deletion.waiting) {
      setAsking(false);
    }
  };
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Delete the run
      </button>
      {isAsking ? (
        <Dialog title="Delete this run?" close={close}>
          <p>
            The record of {run} goes: its verdicts, its live messages, and the notes of what it made on the lab share.
            Without them <code>smbreplay cleanup</code> cannot find that any more: clean up before, if you want to.
          </p>
          {deletion.error ? <Trouble error={deletion.error} /> : null}
          <div class="row">
            <button
              type="button"
              class="danger"
              disabled={deletion.waiting}
              onClick={() =>
                deletion.ask(async (signal) => {
                  await server().deleteReplay(run, { capture_path: trace });
                  // Who has gone elsewhere meanwhile stays there.
                  if (signal.aborted) {
                    return;
                  }
                  location.hash = address({ view: "trace", trace });
                })
              }
            >
              Delete
            </button>
            <button type="button" disabled={deletion.waiting} onClick={close}>
              Keep it
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
