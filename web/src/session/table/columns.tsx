// The columns of the table of operations.

import type { Operation } from "@smbreplay/sdk";
import { duration, grouped } from "../../figures";
import { type Instant, inSeconds } from "../instant";
import { chainMark, commandOf, phraseOf, placeOf, shareName, statusOf, timeOf } from "../operation-row";
import { OutcomeMark } from "../outcome-mark";
import { quoted } from "../quote";
import type { GridColumn } from "../virtual/grid";
import { groupedId, isExact, ROUNDED } from "./u64";

/** A column, and the filter that a value of it makes. */
export interface OperationColumn extends GridColumn<Operation> {
  /** What the menu calls it. */
  name: string;
  /** Fields that it needs beside those of all lines. */
  fields?: string[];
  /** Whether it is shown until somebody chooses. */
  isUsual: boolean;
  /** The filter that selects operations with the same value; `undefined` where there is none. */
  same?: (row: Operation) => string | undefined;
  /** The filter for this value and greater ones. */
  atLeast?: (row: Operation) => string | undefined;
}

/** All columns; times are counted from `start`. */
export function columnsOf(start: Instant): OperationColumn[] {
  return [
    {
      ...number("op", "No.", "Number of the operation", 96, (row) => row.op),
      isUsual: true,
    },
    {
      ...number("frame", "Frame", "Frame of the request", 96, (row) => row.request_frame),
      isUsual: true,
      same: (row) => equal("request_frame", row.request_frame),
      atLeast: (row) => least("request_frame", row.request_frame),
    },
    {
      ...number("answer", "Answer", "Frame of the response", 96, (row) => row.response_frame),
      isUsual: true,
      same: (row) => equal("response_frame", row.response_frame),
      atLeast: (row) => least("response_frame", row.response_frame),
    },
    {
      key: "time",
      title: "Time",
      name: "Seconds since the first packet of the trace",
      width: 108,
      isNumber: true,
      isUsual: true,
      cell: (row) => {
        const time = timeOf(row, start);
        return time === undefined ? "" : inSeconds(time);
      },
      same: (row) => withText(timeColumn(row), "==", row.request_time ?? row.response_time),
      atLeast: (row) => withText(timeColumn(row), ">=", row.request_time ?? row.response_time),
    },
    {
      key: "clock",
      title: "Clock (UTC)",
      name: "Time of day, UTC",
      width: 224,
      isUsual: false,
      cell: (row) => (row.request_time ?? row.response_time ?? "").replace("T", " ").replace("Z", ""),
      same: (row) => withText(timeColumn(row), "==", row.request_time ?? row.response_time),
      atLeast: (row) => withText(timeColumn(row), ">=", row.request_time ?? row.response_time),
    },
    {
      key: "latency",
      title: "Latency",
      name: "From the request to the final response",
      width: 78,
      isNumber: true,
      isUsual: true,
      cell: (row) => (typeof row.latency_ns === "number" ? duration(row.latency_ns) : ""),
      whole: (row) => (typeof row.latency_ns === "number" ? `${grouped(row.latency_ns)} ns` : undefined),
      same: (row) => equal("latency_ns", row.latency_ns),
      atLeast: (row) => least("latency_ns", row.latency_ns),
    },
    {
      key: "Chain",
      title: "",
      name: "Marks of chains (compounded requests)",
      width: 28,
      isUsual: true,
      cell: (row, next) => {
        const mark = chainMark(row, next);
        return mark ? (
          <span class="chain" title="Sent in one chain">
            {mark}
            <span class="unseen">in a chain</span>
          </span>
        ) : null;
      },
      same: (row) => equal("request_chain", row.request_chain),
    },
    {
      key: "command",
      title: "Command",
      name: "Command",
      width: 160,
      isUsual: true,
      cell: commandOf,
      whole: commandOf,
      same: (row) => (row.command ? `command == ${row.command}` : row.kind ? `kind == ${row.kind}` : undefined),
    },
    {
      key: "status",
      title: "Status",
      name: "Final status",
      width: 210,
      isUsual: true,
      cell: (row) => <OutcomeMark {...statusOf(row)} />,
      whole: (row) => row.status_name ?? undefined,
      same: (row) => {
        if (row.status) {
          return `status == ${row.status_name ?? row.status}`;
        }
        return row.closed ? `closed == ${row.closed}` : row.kind ? `kind == ${row.kind}` : undefined;
      },
    },
    {
      key: "share",
      title: "Share",
      name: "Share",
      width: 96,
      isUsual: true,
      cell: shareName,
      whole: (row) => row.share ?? undefined,
      same: (row) => text("share", row.share),
    },
    {
      key: "path",
      title: "Path",
      name: "Path in the share",
      width: 180,
      grows: true,
      isUsual: true,
      cell: placeOf,
      whole: placeOf,
      same: (row) => text("path", row.path) ?? text("pattern", row.pattern),
    },
    {
      key: "what",
      title: "What it did",
      name: "What it did",
      width: 190,
      grows: true,
      isUsual: true,
      cell: (row) =>
        row.malformed || typeof row.interim_frame === "number" ? (
          <span class={row.malformed ? "bad" : "warning"}>
            <span aria-hidden="true">{row.malformed ? "✕" : "…"} </span>
            {phraseOf(row)}
          </span>
        ) : (
          phraseOf(row)
        ),
      whole: phraseOf,
      same: (row) => text("malformed", row.malformed) ?? text("detail", row.detail),
    },
    ...["transferred", "length", "offset"].map(plainNumber),
    { ...plainNumber("connection"), name: "Number of the TCP connection" },
    { ...plainNumber("open"), name: "Number of the handle in the trace" },
    {
      key: "message_id",
      title: "MessageId",
      name: "MessageId",
      width: 100,
      isNumber: true,
      isUsual: false,
      fields: ["message_id"],
      cell: (row) => (row.message_id ? groupedId(row.message_id) : ""),
      // A long one is cut in the cell.
      whole: (row) => row.message_id ?? undefined,
      same: (row) => (row.message_id ? `message_id == ${row.message_id}` : undefined),
    },
    {
      key: "file_id",
      title: "FileId",
      name: "FileId",
      width: 290,
      isUsual: false,
      fields: ["file_id"],
      cell: (row) => <span class="mono">{row.file_id}</span>,
      same: (row) => (row.file_id ? `file_id == ${row.file_id}` : undefined),
    },
  ];
}

const NAMES: Record<string, string> = {
  transferred: "Bytes read, written or answered",
  length: "Bytes asked for",
  offset: "Offset in the file",
};

function plainNumber(key: string): OperationColumn {
  const value = (row: Operation) => (row as unknown as Record<string, unknown>)[key];
  const title = `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
  const of = (row: Operation) => {
    const found = value(row);
    return typeof found === "number" ? found : undefined;
  };
  return { ...number(key, title, NAMES[key] ?? title, 100, of), fields: [key], isUsual: false };
}

function number(
  key: string,
  title: string,
  name: string,
  width: number,
  value: (row: Operation) => number | null | undefined,
): OperationColumn {
  return {
    key,
    title,
    name,
    width,
    isNumber: true,
    isUsual: false,
    cell: (row) => {
      const found = value(row);
      if (typeof found !== "number") {
        return "";
      }
      // The sign goes first: of a cell that is cut, the beginning is seen.
      return isExact(found) ? (
        grouped(found)
      ) : (
        <span class="warning">
          <span aria-hidden="true">≈ </span>
          {grouped(found)}
          <span class="unseen"> ({ROUNDED})</span>
        </span>
      );
    },
    whole: (row) => {
      const found = value(row);
      return typeof found === "number" && !isExact(found) ? `${grouped(found)} (${ROUNDED})` : undefined;
    },
    same: (row) => equal(key, value(row)),
    atLeast: (row) => least(key, value(row)),
  };
}

function timeColumn(row: Operation): string {
  return row.request_time ? "request_time" : "response_time";
}

function equal(field: string, value: number | null | undefined): string | undefined {
  // A rounded number would find other operations than this.
  return typeof value === "number" && isExact(value) ? `${field} == ${value}` : undefined;
}

function least(field: string, value: number | null | undefined): string | undefined {
  return typeof value === "number" && isExact(value) ? `${field} >= ${value}` : undefined;
}

function text(field: string, value: string | null | undefined): string | undefined {
  return withText(field, "==", value);
}

function withText(field: string, operator: string, value: string | null | undefined): string | undefined {
  return typeof value === "string" ? `${field} ${operator} ${quoted(value)}` : undefined;
}
