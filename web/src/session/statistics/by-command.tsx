// Operations by their command, with response times.

import type { Schema } from "@smbreplay/sdk";
import { duration, grouped, size } from "../../figures";
import type { SessionRoute } from "../changed";
import { Figure, FiguresTable } from "./figures-table";
import { FilterLink } from "./filter-link";

const FIGURES = [
  "Operations",
  "Errors",
  "Warnings",
  "No response",
  "Interim",
  "Bytes",
  "Least",
  "Median",
  "99 %",
  "Most",
  "Mean",
  "Sum",
];

export function ByCommand({ route, commands }: { route: SessionRoute; commands: Schema<"CommandTotals">[] }) {
  return (
    <FiguresTable
      title="Commands and response times"
      about="A response time is that from the last byte of a request to the last byte of its final response. Interim: first answered with STATUS_PENDING."
      heads={[{ title: "Command" }, ...FIGURES.map((title) => ({ title, isNumber: true }))]}
      rows={commands.map((totals) => {
        const {
          command,
          operations,
          errors,
          warnings,
          no_response,
          notifications,
          interim,
          bytes,
          response_time: times,
        } = totals;
        const isNamed = command !== "unknown";
        // What the server sends without being asked is no operation.
        const asked = notifications > 0 ? " && kind != notification" : "";
        const link = (filter: string, value: number, isBad = false) =>
          value > 0 && isNamed ? (
            <FilterLink route={route} filter={`command == ${command}${asked}${filter}`}>
              {grouped(value)}
            </FilterLink>
          ) : (
            <Figure value={value} isBad={isBad} text={grouped(value)} />
          );
        return {
          key: command,
          cells: [
            command,
            link("", operations),
            link(" && status >= 0xc0000000 && status != STATUS_MORE_PROCESSING_REQUIRED", errors, true),
            link(" && status >= 0x80000000 && status < 0xc0000000", warnings),
            link(" && kind == request", no_response, true),
            link(" && interim_frame", interim),
            <Figure key="bytes" value={bytes} text={size(bytes)} />,
            ...(times
              ? [times.min_ns, times.p50_ns, times.p99_ns, times.max_ns, times.mean_ns, times.sum_ns].map(duration)
              : ["–", "–", "–", "–", "–", "–"]),
          ],
        };
      })}
    />
  );
}
