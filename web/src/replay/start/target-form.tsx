// Where sessions are replayed to: a server, an account and a share.

import type { Answer, Config } from "@smbreplay/sdk";
import { server } from "../../client";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { useAsked } from "../asked";
import { account, type ChangePlan, type Plan } from "./plan";
import { TargetCheck } from "./target-check";

/** Whether the request names another server than the settings: it has to bring its own password. */
export function isOtherServer(plan: Plan, config: Config): boolean {
  const name = plan.server.trim().toLowerCase();
  return (
    (name !== "" && name !== config.server_ip.toLowerCase()) || (plan.port !== "" && Number(plan.port) !== config.port)
  );
}

/** The server and the account; what is left empty is taken from the settings. */
export function TargetForm({
  plan,
  change,
  config,
  trace,
  about,
  isValid,
}: {
  plan: Plan;
  change: ChangePlan;
  config: Config;
  trace: string;
  about: unknown;
  isValid: () => boolean;
}) {
  const check = useAsked<Answer<"checkTarget">>();
  const isOther = isOtherServer(plan, config);
  const test = () => {
    if (isValid()) {
      check.ask(
        (signal) => server().checkTarget({ ...account(plan), capture_path: trace }, { signal, timeout: 0 }),
        about,
      );
    }
  };
  return (
    <section class="card" aria-label="Lab server">
      <h2>Lab server</h2>
      <p class="notice">
        <strong>Never a production server.</strong> A replay creates, overwrites and deletes what the capture did.
      </p>
      <div class="fields">
        <label>
          Server
          <input
            value={plan.server}
            placeholder={config.server_ip}
            spellcheck={false}
            onInput={(event) => change({ server: event.currentTarget.value })}
          />
        </label>
        <label>
          Port
          <input
            type="number"
            min={1}
            max={65535}
            value={plan.port}
            placeholder={String(config.port)}
            onInput={(event) => change({ port: event.currentTarget.value })}
          />
        </label>
        <label>
          Share
          <input
            value={plan.share}
            placeholder={config.tree_name}
            spellcheck={false}
            onInput={(event) => change({ share: event.currentTarget.value })}
          />
        </label>
        <label>
          Domain
          <input
            value={plan.domain}
            placeholder={config.domain || "none"}
            spellcheck={false}
            onInput={(event) => change({ domain: event.currentTarget.value })}
          />
        </label>
        <label>
          User
          <input
            value={plan.username}
            placeholder={config.username}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => change({ username: event.currentTarget.value })}
          />
        </label>
        <label>
          Password
          <input
            type="password"
            autocomplete="off"
            value={plan.password}
            required={isOther}
            placeholder={
              isOther ? "needed for this server" : config.password_set ? "the stored one" : "the built-in one"
            }
            onInput={(event) => change({ password: event.currentTarget.value })}
          />
        </label>
      </div>
      <p class="muted">
        Empty fields are taken from the settings. The stored password goes to {config.server_ip}:{config.port} only:
        another server or port needs its own password here. It is kept in this form until the replay starts, and is not
        stored.
      </p>
      <div class="row">
        <button type="button" onClick={test} disabled={check.waiting}>
          Test connection
        </button>
        <span class="muted">Nothing is changed on the server.</span>
        {check.waiting ? (
          <button type="button" onClick={check.giveUp}>
            Stop testing
          </button>
        ) : null}
      </div>
      {check.waiting ? <Waiting what="Testing the server" /> : null}
      {check.error ? <Trouble error={check.error} again={test} /> : null}
      {check.value ? <TargetCheck found={check.value} isOld={check.about !== about} /> : null}
    </section>
  );
}
