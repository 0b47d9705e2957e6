// The captures of a case.

import type { Schema } from "@smbreplay/sdk";
import { counted, duration, grouped, instant, size } from "../figures";
import { type Column, SortedTable } from "../parts/sorted-table";
import { address } from "../route";

export type ListedTrace = Schema<"ListedTrace">;

export function TracesTable({
  traces,
  ingest,
  remove,
}: {
  traces: ListedTrace[];
  ingest: (trace: ListedTrace) => void;
  remove: (trace: ListedTrace) => void;
}) {
  const columns: Column<ListedTrace>[] = [
    { title: "Name", isName: true, value: ({ name }) => name, cell: (trace) => <Name trace={trace} /> },
    { title: "Size", isNumber: true, value: (trace) => trace.size, cell: (trace) => size(trace.size) },
    { title: "Packets", isNumber: true, value: ({ packets }) => packets, cell: ({ packets }) => number(packets) },
    {
      title: "First packet (UTC)",
      value: ({ first_time }) => first_time,
      cell: ({ first_time }) => <span class="nowrap">{first_time === null ? "–" : instant(first_time)}</span>,
    },
    {
      title: "Duration",
      isNumber: true,
      value: (trace) => trace.duration,
      cell: (trace) => (trace.duration === null ? "–" : duration(trace.duration)),
    },
    { title: "Sessions", isNumber: true, value: ({ sessions }) => sessions, cell: ({ sessions }) => number(sessions) },
    {
      title: "Ingested",
      value: (trace) => standing(trace),
      cell: (trace) => (trace.problem === null ? standing(trace) : <span class="bad">{standing(trace)}</span>),
    },
    {
      title: "Actions",
      cell: (trace) => (
        <span class="row tight">
          <button type="button" onClick={() => ingest(trace)} disabled={trace.files.length === 0}>
            {trace.ingested ? "Ingest again …" : "Ingest …"}
            <span class="unseen"> {trace.name}</span>
          </button>
          <button type="button" class="danger" onClick={() => remove(trace)}>
            Delete …<span class="unseen"> {trace.name}</span>
          </button>
        </span>
      ),
    },
  ];
  return <SortedTable caption="Captures" columns={columns} rows={traces} keyOf={({ path }) => path} nouns="captures" />;
}

function Name({ trace }: { trace: ListedTrace }) {
  const { name, path, ingested, files } = trace;
  return (
    <>
      {ingested ? <a href={address({ view: "trace", trace: path })}>{name}</a> : name}
      {files.length > 1 ? <span class="hint">{counted(files.length, "file")} as one trace</span> : null}
      {files.length === 0 ? <span class="hint">its files are gone</span> : null}
    </>
  );
}

function standing({ ingested, problem }: ListedTrace): string {
  return problem ?? (ingested ? "yes" : "not yet");
}

function number(value: number | null): string {
  return value === null ? "–" : grouped(value);
}
