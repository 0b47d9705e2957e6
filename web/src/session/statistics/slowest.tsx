// The operations that took longest.

import type { Schema } from "@smbreplay/sdk";
import { duration, grouped } from "../../figures";
import type { SessionRoute } from "../changed";
import { OperationLink } from "../operation/operation-link";
import { FiguresTable } from "./figures-table";

export function Slowest({ route, slowest }: { route: SessionRoute; slowest: Schema<"SlowOperation">[] }) {
  const plain = { ...route };
  delete plain.filter;
  return (
    <FiguresTable
      title="Slowest operations"
      heads={[
        { title: "Operation" },
        { title: "Latency", isNumber: true },
        { title: "Command" },
        { title: "Status" },
        { title: "Path" },
        { title: "Frames", isNumber: true },
      ]}
      rows={slowest.map(({ op, latency_ns, command, status_name, path, request_frame, response_frame }) => ({
        key: String(op),
        cells: [
          <OperationLink key="op" route={plain} op={op} />,
          duration(latency_ns),
          command ?? "",
          status_name?.replace(/^STATUS_/, "") ?? "",
          path === "" ? "\\" : (path ?? ""),
          [request_frame, response_frame].map((frame) => (frame === null ? "–" : grouped(frame))).join(" → "),
        ],
      }))}
    />
  );
}
