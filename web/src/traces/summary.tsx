// What the last ingest of a trace found.

import { counted, duration, grouped, instant, size } from "../figures";
import { Facts } from "../parts/facts";
import { Notice } from "../parts/trouble";
import { Counters } from "./counters";
import { Encrypted, isLack } from "./encrypted";
import type { TraceSummary } from "./found";
import { TraceFiles } from "./trace-files";

export function Summary({ summary, ingest }: { summary: TraceSummary; ingest: () => void }) {
  const warnings = summary.warnings.filter((warning) => !isLack(warning));
  return (
    <section aria-label="Summary">
      <Facts
        facts={[
          ["Packets", `${grouped(summary.packets)} (${size(summary.bytes)})`],
          ["SMB2 messages", grouped(summary.smb2_messages)],
          ["Sessions", grouped(summary.session_count)],
          ["Operations", grouped(summary.operation_count)],
          ["TCP connections with SMB", grouped(summary.connection_count)],
          ["Read by clients", size(summary.bytes_read)],
          ["Written by clients", size(summary.bytes_written)],
          ["First packet (UTC)", time(summary.first_time)],
          ["Last packet (UTC)", time(summary.last_time)],
          ["Duration", summary.duration === null ? "" : duration(summary.duration)],
          ["File", file(summary)],
          ["Link types", summary.link_types.join(", ")],
          ["Interfaces", summary.interfaces.join(", ")],
          ["Keys or passwords", summary.secrets_given ? "were given; they are not kept" : "none were given"],
          ["Ingested (UTC)", time(summary.ingested_at)],
          ["Ingested by", summary.created_by],
        ]}
      />
      {summary.payload === "full" ? null : (
        <Notice>
          <p>
            Data of READs and WRITEs is not stored, only its {summary.payload === "hash" ? "length and hash" : "length"}
            . To have it, ingest again and store all of it.
          </p>
        </Notice>
      )}
      {warnings.length > 0 ? (
        <Notice>
          {warnings.map((warning) => (
            <p key={warning}>{sentence(warning)}</p>
          ))}
        </Notice>
      ) : null}
      <Encrypted summary={summary} ingest={ingest} />
      <Counters counters={summary.counters} />
      <TraceFiles files={summary.files} />
    </section>
  );
}

function file({ files, size: bytes }: TraceSummary): string {
  return files.length > 1 ? `${counted(files.length, "file")}, ${size(bytes)}` : size(bytes);
}

function time(text: string | null): string {
  return text === null ? "" : instant(text);
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
