// What stayed encrypted, and what would open it.

import { counted, grouped } from "../figures";
import { Notice } from "../parts/trouble";
import type { TraceSummary } from "./found";

/** So many sessions are named at first. */
const MOST = 5;
/** How an ingest tells what a session lacks; what it says behind `give` are options of the command line. */
const LACK = /^(session 0x[0-9a-f]+.*: .* stay encrypted; needed: .*?)(?:; give --.*)?$/s;

/** Whether a warning is told here. */
export function isLack(warning: string): boolean {
  return LACK.test(warning);
}

export function Encrypted({ summary, ingest }: { summary: TraceSummary; ingest: () => void }) {
  const closed = summary.encrypted_messages;
  if (closed === 0) {
    return null;
  }
  const lacks = summary.warnings.flatMap((warning) => LACK.exec(warning)?.[1] ?? []);
  return (
    <Notice>
      <p>
        {counted(closed, "message")} stayed encrypted
        {summary.secrets_given ? ": no key or password that was given opened them" : ""}. With a key their operations
        would be here, and could be replayed.
      </p>
      <Lacks lacks={lacks.slice(0, MOST)} />
      {lacks.length > MOST ? (
        <details>
          <summary>{grouped(lacks.length - MOST)} more</summary>
          <Lacks lacks={lacks.slice(MOST)} />
        </details>
      ) : null}
      <button type="button" onClick={ingest}>
        Ingest again with a key …
      </button>
    </Notice>
  );
}

function Lacks({ lacks }: { lacks: string[] }) {
  return lacks.length === 0 ? null : (
    <ul>
      {lacks.map((lack) => (
        <li key={lack}>{lack}</li>
      ))}
    </ul>
  );
}
