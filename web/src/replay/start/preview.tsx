// What may be looked at before the start: what a setup would build, and whether everything is ready.

import type { JobProgress, SetupAnswer, Validation } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { server } from "../../client";
import { grouped } from "../../figures";
import { Trouble } from "../../parts/trouble";
import { Meter, Waiting } from "../../parts/waiting";
import { useAsked } from "../asked";
import { SetupResult } from "../setup-result";
import { dryRun, type Plan, validation } from "./plan";
import { ValidationResult } from "./validation";

/** Both leave the share as it is. `about` changes with the form. */
export function Preview({
  plan,
  trace,
  about,
  isValid,
}: {
  plan: Plan;
  trace: string;
  about: unknown;
  isValid: () => boolean;
}) {
  const check = useAsked<Validation>();
  const setup = useAsked<SetupAnswer>();
  const [progress, setProgress] = useState<JobProgress>();
  const sessions = [...plan.sessions];
  const validate = () => {
    if (isValid()) {
      check.ask((signal) => server().validateReplay(sessions, validation(plan, trace), { signal, timeout: 0 }), about);
    }
  };
  const preview = () => {
    if (isValid()) {
      setProgress(undefined);
      setup.ask(
        (signal) => server().setupInfrastructure(sessions, dryRun(plan, trace), { signal, onProgress: setProgress }),
        about,
      );
    }
  };
  return (
    <section class="card" aria-label="Before the start">
      <h2>Before the start</h2>
      <div class="row">
        <button type="button" onClick={validate} disabled={check.waiting}>
          Check readiness
        </button>
        <button type="button" onClick={preview} disabled={setup.waiting}>
          Preview the setup
        </button>
        {check.waiting || setup.waiting ? (
          <button
            type="button"
            onClick={() => {
              check.giveUp();
              setup.giveUp();
            }}
          >
            Stop
          </button>
        ) : null}
        <span class="muted">Both only look; nothing is changed on the share.</span>
      </div>
      {check.waiting ? <Waiting what="Checking the operations and the share" /> : null}
      {check.error ? <Trouble error={check.error} again={validate} /> : null}
      {check.value ? (
        <>
          <Age isOld={check.about !== about} />
          <ValidationResult found={check.value} />
        </>
      ) : null}
      {setup.waiting ? (
        <Meter
          label="Setup preview"
          done={progress?.done ?? 0}
          total={progress?.total ?? 0}
          text={progress ? `${progress.doing}: ${grouped(progress.done)}` : "waiting for its turn"}
        />
      ) : null}
      {setup.error ? <Trouble error={setup.error} again={preview} /> : null}
      {setup.value ? (
        <>
          <h3>Setup</h3>
          <Age isOld={setup.about !== about} />
          <SetupResult answer={setup.value} />
        </>
      ) : null}
    </section>
  );
}

function Age({ isOld }: { isOld: boolean }) {
  return isOld ? <p class="warning">The form has changed since this was looked at.</p> : null;
}
