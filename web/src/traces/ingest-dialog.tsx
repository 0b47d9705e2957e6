// How is this capture to be ingested?

import { useState } from "preact/hooks";
import { server } from "../client";
import { Dialog } from "../parts/dialog";
import { Trouble } from "../parts/trouble";
import { IngestOptions } from "./ingest-options";
import { type IngestWish, lackOf, PLAIN, requestOf } from "./ingest-wish";
import { baseName } from "./path";

/** `started` is called with the id of the job. */
export function IngestDialog({
  trace,
  isForced = false,
  close,
  started,
}: {
  trace: string;
  isForced?: boolean;
  close: () => void;
  started: (job: string) => void;
}) {
  const [wish, setWish] = useState<IngestWish>({ ...PLAIN, force: isForced });
  const [error, setError] = useState<Error>();
  const [isStarting, setStarting] = useState(false);
  const start = async () => {
    const lack = lackOf(wish);
    if (lack !== undefined) {
      setError(new Error(lack));
      return;
    }
    setStarting(true);
    setError(undefined);
    try {
      const job = await server().startIngest(requestOf(trace, wish));
      setWish(PLAIN);
      started(job.id);
    } catch (error) {
      setError(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setStarting(false);
    }
  };
  return (
    <Dialog title={`Ingest ${baseName(trace)}`} close={close}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          await start();
        }}
      >
        <p>What an ingest finds replaces what the one before has found. Recorded replays stay as they are.</p>
        <IngestOptions
          wish={wish}
          change={(wish) => {
            setError(undefined);
            setWish(wish);
          }}
        />
        {error ? <Trouble error={error} /> : null}
        <div class="row choices">
          <button type="submit" class="main" disabled={isStarting}>
            {isStarting ? "Begins …" : "Ingest"}
          </button>
          <button type="button" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}
