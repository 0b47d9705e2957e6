// How sessions of a trace are replayed: what, where, and how; then it starts.

import type { Answer, Config } from "@smbreplay/sdk";
import { useMemo, useRef, useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { counted } from "../figures";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { go } from "../route";
import { useAsked } from "./asked";
import { Crumbs, traceName } from "./crumbs";
import { HowForm } from "./start/how-form";
import { MappingForm } from "./start/mapping-form";
import { emptyPlan, execution, type Plan, withoutPasswords } from "./start/plan";
import { Preview } from "./start/preview";
import { isChoosable, isNamed, SessionsChoice, user } from "./start/sessions-choice";
import { TargetForm } from "./start/target-form";

type Session = Answer<"listSessions">["sessions"][number];

export function ReplayView({ trace, session }: { trace: string; session: string | undefined }) {
  const sessions = useAnswer((signal) => server().listSessions({ capture_path: trace }, { signal }), [trace]);
  const config = useAnswer((signal) => server().getConfig({ signal }), []);
  const failed = sessions.error ?? config.error;
  const again = () => {
    sessions.again();
    config.again();
  };
  return (
    <div class="replays">
      <Crumbs trace={trace} />
      <h1>Replay {traceName(trace)}</h1>
      {failed ? (
        <Trouble error={failed} again={again} />
      ) : sessions.value && config.value ? (
        <Form trace={trace} sessions={sessions.value.sessions} config={config.value} session={session} />
      ) : (
        <Waiting />
      )}
    </div>
  );
}

function Form({
  trace,
  sessions,
  config,
  session,
}: {
  trace: string;
  sessions: Session[];
  config: Config;
  session: string | undefined;
}) {
  const [plan, setPlan] = useState<Plan>(() => emptyPlan(chosenAtFirst(sessions, session)));
  const form = useRef<HTMLFormElement>(null);
  const start = useAsked<void>();
  const change = (change: Partial<Plan>) => setPlan((plan) => ({ ...plan, ...change }));
  const known = useMemo(() => namesOf(sessions), [sessions]);
  const { server: host, port, domain, username, password, share } = plan;
  const target = useMemo(() => ({}), [host, port, domain, username, password, share]);
  const isValid = () => {
    revealInvalid(form.current);
    return form.current?.reportValidity() ?? false;
  };
  const begin = () =>
    start.ask(async (signal) => {
      const job = await server().startReplay([...plan.sessions], execution(plan, trace), { signal, keepOnAbort: true });
      setPlan(withoutPasswords);
      go({ view: "job", job: job.id });
    });
  const named = sessions.find((other) => session !== undefined && isNamed(other, session));
  const count = plan.sessions.size;
  return (
    <form
      ref={form}
      class="replay"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (count > 0 && isValid()) {
          begin();
        }
      }}
    >
      {session !== undefined && !named ? (
        <p class="notice">The address names the session {session}, which this trace does not have.</p>
      ) : null}
      {named && !isChoosable(named) ? (
        <p class="notice">Session {named.number} cannot be replayed; the table says why.</p>
      ) : null}
      <SessionsChoice sessions={sessions} chosen={plan.sessions} choose={(sessions) => change({ sessions })} />
      <TargetForm plan={plan} change={change} config={config} trace={trace} about={target} isValid={isValid} />
      <MappingForm plan={plan} change={change} shares={known.shares} users={known.users} />
      <HowForm plan={plan} change={change} config={config} trace={trace} />
      {count > 0 ? <Preview plan={plan} trace={trace} about={plan} isValid={isValid} /> : null}
      {start.error ? <Trouble error={start.error} /> : null}
      <div class="row start">
        <button type="submit" class="main" disabled={count === 0 || start.waiting}>
          Start the replay
        </button>
        <span role="status">
          {start.waiting
            ? "Starting …"
            : count === 0
              ? "Choose a session first."
              : `${counted(count, "session")} to ${plan.server.trim() || config.server_ip}:${plan.port || config.port}, share ${plan.share || config.tree_name}${plan.root ? `, folder ${plan.root}` : ""}`}
        </span>
      </div>
    </form>
  );
}

function chosenAtFirst(sessions: Session[], session: string | undefined): string[] {
  const wanted = session === undefined ? sessions : sessions.filter((other) => isNamed(other, session));
  return wanted.filter(isChoosable).map((session) => session.file_name);
}

function namesOf(sessions: Session[]): { shares: string[]; users: string[] } {
  const shares = new Set(sessions.flatMap((session) => session.shares.filter((share) => !share.endsWith("IPC$"))));
  const users = new Set(sessions.flatMap((session) => user(session) ?? []));
  return { shares: [...shares].sort(), users: [...users].sort() };
}

/** A field in closed details cannot be shown as what is wrong. */
function revealInvalid(form: HTMLFormElement | null): void {
  for (const field of form?.querySelectorAll(":invalid") ?? []) {
    const around = field.closest("details");
    if (around) {
      around.open = true;
    }
  }
}
