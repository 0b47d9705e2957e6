// The sessions of a trace.

import type { Schema } from "@smbreplay/sdk";
import { useMemo } from "preact/hooks";
import { duration, grouped, instant, size } from "../figures";
import { type Column, SortedTable } from "../parts/sorted-table";
import { address } from "../route";
import { between } from "./span";

export type ListedSession = Schema<"ListedSession">;

export function SessionsTable({ trace, sessions }: { trace: string; sessions: ListedSession[] }) {
  const columns = useMemo(() => columnsOf(trace, sessions), [trace, sessions]);
  return (
    <SortedTable
      caption="Sessions"
      columns={columns}
      rows={sessions}
      keyOf={({ file_name }) => file_name}
      nouns="sessions"
    />
  );
}

function columnsOf(trace: string, sessions: ListedSession[]): Column<ListedSession>[] {
  const often = new Map<string, number>();
  for (const { session_id } of sessions) {
    often.set(session_id, (often.get(session_id) ?? 0) + 1);
  }
  // An id may stand for several sessions, one behind the other; a file name never does.
  const nameOf = ({ session_id, file_name }: ListedSession) => (often.get(session_id) === 1 ? session_id : file_name);
  return [
    { title: "No", isNumber: true, value: ({ number }) => number },
    {
      title: "Session",
      isName: true,
      value: ({ session_id }) => session_id,
      cell: (session) => (
        <a class="mono" href={address({ view: "session", trace, session: nameOf(session), tab: "operations" })}>
          {isNone(session) ? "no session" : session.session_id}
        </a>
      ),
    },
    { title: "User", value: ({ user }) => user, cell: (session) => <User session={session} /> },
    { title: "Domain", value: ({ domain }) => domain },
    {
      title: "Client",
      value: ({ client }) => client,
      cell: ({ client, workstation }) => (
        <>
          <span class="nowrap">{client ?? "–"}</span>
          {workstation ? <span class="hint">{workstation}</span> : null}
        </>
      ),
      text: ({ client, workstation }) => `${client ?? ""} ${workstation ?? ""}`,
    },
    {
      title: "Server",
      value: ({ server }) => server,
      cell: ({ server }) => <span class="nowrap">{server ?? "–"}</span>,
    },
    { title: "Dialect", value: ({ dialect }) => dialect, cell: ({ dialect }) => dialect ?? "–" },
    {
      title: "Shares",
      value: ({ shares }) => shares.join(" "),
      cell: ({ shares }) => shares.map((share) => <div key={share}>{share}</div>),
    },
    {
      title: "Operations",
      isNumber: true,
      value: ({ operation_count }) => operation_count,
      cell: ({ operation_count }) => grouped(operation_count),
    },
    {
      title: "Errors",
      isNumber: true,
      value: ({ errors }) => errors,
      cell: ({ errors }) => grouped(errors),
    },
    {
      title: "Replayable",
      value: (session) => (isNone(session) ? "–" : session.replayable ? "yes" : "no"),
      cell: (session) => <Replayable session={session} />,
      text: ({ replayable, not_replayable }) => (replayable ? "" : not_replayable.join(" ")),
    },
    {
      title: "Read",
      isNumber: true,
      value: ({ bytes_read }) => bytes_read,
      cell: ({ bytes_read }) => size(bytes_read),
    },
    {
      title: "Written",
      isNumber: true,
      value: ({ bytes_written }) => bytes_written,
      cell: ({ bytes_written }) => size(bytes_written),
    },
    {
      title: "Begins (UTC)",
      value: ({ first_time }) => first_time,
      cell: ({ first_time }) => <span class="nowrap">{instant(first_time)}</span>,
    },
    {
      title: "Lasts",
      isNumber: true,
      value: ({ first_time, last_time }) => between(first_time, last_time),
      cell: ({ first_time, last_time }) => span(between(first_time, last_time)),
    },
    { title: "Encrypted", value: ({ encrypted }) => (encrypted ? "yes" : "no") },
  ];
}

/** What belongs to no session has a row too. */
function isNone({ session_id }: ListedSession): boolean {
  return /^0x0+$/.test(session_id);
}

function User({ session }: { session: ListedSession }) {
  const { user, mechanism, logon_status } = session;
  const failed = logon_status !== null && !/^(STATUS_SUCCESS|0x0+)$/.test(logon_status);
  return (
    <>
      {user ?? "–"}
      {mechanism ? <span class="hint">{mechanism}</span> : null}
      {failed ? <span class="bad">{logon_status}</span> : null}
    </>
  );
}

function Replayable({ session }: { session: ListedSession }) {
  if (isNone(session)) {
    return <>–</>;
  }
  return session.replayable ? (
    <>yes</>
  ) : (
    <>
      <span class="warning">no</span>
      <span class="hint reason">{session.not_replayable.join("; ")}</span>
    </>
  );
}

function span(nanoseconds: number | null): string {
  return nanoseconds === null ? "–" : duration(nanoseconds);
}
