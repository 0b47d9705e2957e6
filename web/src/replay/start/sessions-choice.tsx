// Which sessions of a trace are replayed.

import type { Answer } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { counted, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";

type Session = Answer<"listSessions">["sessions"][number];

/** Rows before all are wanted: a trace may have thousands. */
const FIRST = 100;

/** Whether a session can be chosen. What belongs to no session has the id 0. */
export function isChoosable(session: Session): boolean {
  return session.replayable && !/^0x0+$/.test(session.session_id);
}

/** The session that an address names: by file, id or number. */
export function isNamed(session: Session, name: string): boolean {
  return (
    session.file_name === name ||
    session.session_id.toLowerCase() === name.toLowerCase() ||
    String(session.number) === name
  );
}

/** The sessions as a table with a box each. */
export function SessionsChoice({
  sessions,
  chosen,
  choose,
}: {
  sessions: Session[];
  chosen: ReadonlySet<string>;
  choose: (chosen: ReadonlySet<string>) => void;
}) {
  const [text, setText] = useState("");
  const [isWhole, setWhole] = useState(false);
  const wanted = sessions.filter((session) => says(session, text));
  const shown = isWhole ? wanted : wanted.slice(0, FIRST);
  const possible = wanted.filter(isChoosable);
  const toggle = (name: string, isChosen: boolean) => {
    const others = new Set(chosen);
    if (isChosen) {
      others.add(name);
    } else {
      others.delete(name);
    }
    choose(others);
  };
  return (
    <section class="card" aria-label="Sessions">
      <h2>Sessions</h2>
      <div class="row tools">
        <button
          type="button"
          onClick={() => choose(new Set([...chosen, ...possible.map((session) => session.file_name)]))}
        >
          Choose {text ? "these" : "all"} ({grouped(possible.length)})
        </button>
        <button type="button" onClick={() => choose(new Set())}>
          Choose none
        </button>
        {sessions.length > 10 ? (
          <label class="labelled">
            Find
            <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
        ) : null}
        <span role="status">
          {grouped(chosen.size)} of {counted(sessions.length, "session")} chosen
        </span>
      </div>
      <Scrolled label="Sessions of the trace">
        <table>
          <thead>
            <tr>
              <th>
                <span class="unseen">Chosen</span>
              </th>
              <th class="number">No.</th>
              <th>User</th>
              <th>Client</th>
              <th>Server</th>
              <th>Dialect</th>
              <th>Shares</th>
              <th class="number">Operations</th>
              <th>Replayable</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((session) => (
              <tr key={session.file_name} class={chosen.has(session.file_name) ? "chosen" : undefined}>
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Session ${session.number}`}
                    checked={chosen.has(session.file_name)}
                    disabled={!isChoosable(session)}
                    onChange={(event) => toggle(session.file_name, event.currentTarget.checked)}
                  />
                </td>
                <td class="number">{session.number}</td>
                <th scope="row">{user(session) ?? "–"}</th>
                <td>{session.client ?? "–"}</td>
                <td>{session.server ?? "–"}</td>
                <td>{session.dialect ?? "–"}</td>
                <td>{session.shares.join(", ") || "–"}</td>
                <td class="number">{grouped(session.operation_count)}</td>
                <td>{isChoosable(session) ? "yes" : `no: ${reasons(session)}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {shown.length < wanted.length ? (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {grouped(wanted.length)} sessions
        </button>
      ) : null}
    </section>
  );
}

/** `DOMAIN\user`. */
export function user({ user, domain }: Session): string | undefined {
  return user === null ? undefined : domain ? `${domain}\\${user}` : user;
}

function reasons(session: Session): string {
  return session.not_replayable.join(", ") || "it belongs to no session";
}

function says(session: Session, text: string): boolean {
  const all = [session.session_id, user(session), session.client, session.server, ...session.shares].join("\n");
  return all.toLowerCase().includes(text.trim().toLowerCase());
}
