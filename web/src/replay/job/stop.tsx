// Ends a job before it is done.

import type { Job } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { server } from "../../client";
import { Dialog } from "../../parts/dialog";
import { Trouble } from "../../parts/trouble";
import { useAsked } from "../asked";

const MEANS: Record<Job["kind"], string> = {
  replay:
    "No further request is sent. What was sent until then is recorded and judged as a run, and what it changed stays on the lab share until smbreplay cleanup removes it.",
  setup: "Nothing more is built. What was made until then stays on the lab share until smbreplay cleanup removes it.",
  ingest: "Nothing of this ingest is left. An earlier one of the same trace stays as it was.",
};

/** A button that asks back. */
export function Stop({ job }: { job: Job }) {
  const [isAsking, setAsking] = useState(false);
  const stop = useAsked<Job>();
  const isStopping = stop.waiting || stop.value !== undefined;
  return (
    <>
      <button type="button" class="danger" disabled={isStopping} onClick={() => setAsking(true)}>
        {isStopping ? "Stopping …" : "Stop"}
      </button>
      {stop.error ? <Trouble error={stop.error} /> : null}
      {isAsking ? (
        <Dialog title={`Stop this ${job.kind}?`} close={() => setAsking(false)}>
          <p>{MEANS[job.kind]}</p>
          <div class="row">
            <button
              type="button"
              class="danger"
              onClick={() => {
                stop.ask(() => server().cancelJob(job.id));
                setAsking(false);
              }}
            >
              Stop the {job.kind}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Let it go on
            </button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
