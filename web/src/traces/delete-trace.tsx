// Is this trace to be deleted?

import { useEffect, useRef, useState } from "preact/hooks";
import { server } from "../client";
import { counted } from "../figures";
import { Dialog } from "../parts/dialog";
import { Notice, Trouble } from "../parts/trouble";
import { baseName } from "./path";

/** `files` are what the capture consists of, if that is known; `deleted` is called when it is gone. */
export function DeleteTrace({
  trace,
  name,
  caseId,
  files,
  isIngested,
  replays,
  close,
  deleted,
}: {
  trace: string;
  name: string;
  caseId: string | undefined;
  files?: string[] | undefined;
  isIngested: boolean;
  replays?: number | undefined;
  close: () => void;
  deleted: () => void;
}) {
  const [keepsOutput, setKeepsOutput] = useState(false);
  const [error, setError] = useState<Error>();
  const [isDeleting, setDeleting] = useState(false);
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const remove = async () => {
    setDeleting(true);
    setError(undefined);
    try {
      await server().deleteTrace({ capture_path: trace, output: !keepsOutput });
      // Who has gone elsewhere meanwhile stays there.
      if (isShown.current) {
        deleted();
      }
    } catch (error) {
      setError(error instanceof Error ? error : new Error(String(error)));
      setDeleting(false);
    }
  };
  const hasFile = files === undefined || files.length > 0;
  const goes = [
    hasFile ? capture(files) : undefined,
    isIngested && !keepsOutput ? "what was ingested of it: its sessions and operations" : undefined,
    isIngested && !keepsOutput ? recorded(replays) : undefined,
    isIngested && !keepsOutput ? "what is known of its setups on the lab share" : undefined,
  ].filter((part) => part !== undefined);
  return (
    <Dialog title={`Delete ${baseName(name)}`} close={() => isDeleting || close()}>
      {goes.length > 0 ? (
        <>
          <p>These are deleted, and cannot be brought back:</p>
          <ul>
            {goes.map((part) => (
              <li key={part}>{part}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>Nothing is left to delete: the capture is gone already.</p>
      )}
      {isIngested && hasFile ? (
        <label class="check">
          <input
            type="checkbox"
            checked={keepsOutput}
            onChange={(event) => setKeepsOutput(event.currentTarget.checked)}
          />
          Keep what was ingested, and the replays
        </label>
      ) : null}
      {isIngested && !keepsOutput ? (
        <Notice>
          <p>
            Was a lab share set up with this trace, or was it replayed? Then run this before, where the server runs.
            What was made on the share is known from here alone.
          </p>
          <pre>
            smbreplay cleanup {caseId === undefined ? "" : `--case ${quoted(caseId)} `}--trace {quoted(name)}
          </pre>
        </Notice>
      ) : null}
      {error ? <Trouble error={error} /> : null}
      <div class="row choices">
        <button type="button" class="danger" disabled={isDeleting || goes.length === 0} onClick={remove}>
          {isDeleting ? "Deletes …" : "Delete"}
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

function capture(files: string[] | undefined): string {
  return files === undefined || files.length === 1 ? "the capture" : `the capture: ${counted(files.length, "file")}`;
}

function recorded(replays: number | undefined): string | undefined {
  if (replays === undefined) {
    return "its recorded replays";
  }
  return replays === 0 ? undefined : counted(replays, "recorded replay");
}

/** As a shell reads it as one word. */
function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
