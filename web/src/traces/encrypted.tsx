// What stayed encrypted, and what would open it.

import { counted, grouped } from "../figures";
import { Notice } from "../parts/trouble";
import type { TraceSummary } from "./new-addresses";
import { accountOf, type ListedSession } from "./sessions-table";

/** So many sessions are named. */
const MOST = 10;

export function Encrypted({
  summary,
  sessions,
  ingest,
}: {
  summary: TraceSummary;
  sessions: ListedSession[];
  ingest: () => void;
}) {
  const closed = summary.encrypted_messages;
  if (closed === 0) {
    return null;
  }
  const locked = sessions.filter(({ encrypted, replayable }) => encrypted && !replayable);
  return (
    <Notice>
      <p>
        {counted(closed, "message")} stayed encrypted
        {summary.secrets_given ? ": no key or password that was given opened them" : ""}. With a key their operations
        would be here, and could be replayed.
      </p>
      {locked.length > 0 ? (
        <ul>
          {locked.slice(0, MOST).map((session) => (
            <li key={session.file_name}>
              Session {session.number}, <code>{session.session_id}</code>: {advice(session)}
            </li>
          ))}
          {locked.length > MOST ? <li>and {grouped(locked.length - MOST)} more</li> : null}
        </ul>
      ) : null}
      <button type="button" onClick={ingest}>
        Ingest again with a key …
      </button>
    </Notice>
  );
}

function advice(session: ListedSession): string {
  const account = accountOf(session);
  const isNtlm = session.mechanism?.toUpperCase().startsWith("NTLM") ?? false;
  if (isNtlm && account !== "") {
    return `the password or NT hash of ${account}, or its session key`;
  }
  if (session.logon_status !== null || session.mechanism !== null) {
    const by = session.mechanism === null ? "" : ` (it logged on with ${session.mechanism})`;
    return `its session key${by}`;
  }
  return "both decryption keys: its logon was not captured";
}
