// Operations by the file they work on.

import type { Schema } from "@smbreplay/sdk";
import { counted, duration, grouped, size } from "../../figures";
import type { SessionRoute } from "../changed";
import { both, quoted } from "../quote";
import { Figure, FiguresTable } from "./figures-table";
import { FilterLink } from "./filter-link";

export function ByFile({
  route,
  files,
  order,
  setOrder,
}: {
  route: SessionRoute;
  files: Schema<"Files">;
  order: "bytes" | "operations";
  setOrder: (order: "bytes" | "operations") => void;
}) {
  const { rest_files, rest, without_path, beyond } = files;
  const more = [
    rest_files > 0 ? `${counted(rest_files, "more file")} with ${counted(rest.operations, "operation")}` : "",
    without_path.operations > 0 ? `${counted(without_path.operations, "operation")} without a path` : "",
    beyond.operations > 0 ? `${counted(beyond.operations, "operation")} on files beyond those that are told apart` : "",
  ].filter(Boolean);
  return (
    <FiguresTable
      title="Files"
      about={
        <>
          <label class="inline">
            Those first with the most
            <select
              value={order}
              onChange={(event) => setOrder(event.currentTarget.value === "bytes" ? "bytes" : "operations")}
            >
              <option value="bytes">bytes read and written</option>
              <option value="operations">operations</option>
            </select>
          </label>
          {more.length > 0 ? <p>Beside these: {more.join("; ")}.</p> : null}
        </>
      }
      heads={[
        { title: "Path" },
        { title: "Share" },
        ...["Operations", "Errors", "Opens", "Reads", "Bytes read", "Writes", "Bytes written", "Time"].map((title) => ({
          title,
          isNumber: true,
        })),
      ]}
      rows={files.top.map((file) => {
        const path = `path == ${quoted(file.path)}`;
        const filter = file.share ? both(`share == ${quoted(file.share)}`, path) : path;
        return {
          key: `${file.share} ${file.path}`,
          cells: [
            <FilterLink key="path" route={route} filter={filter}>
              {file.path || "\\"}
            </FilterLink>,
            file.share?.split("\\").pop() ?? "",
            grouped(file.operations),
            <Figure key="errors" value={file.errors} isBad text={grouped(file.errors)} />,
            grouped(file.opens),
            grouped(file.reads),
            <Figure key="read" value={file.bytes_read} text={size(file.bytes_read)} />,
            grouped(file.writes),
            <Figure key="written" value={file.bytes_written} text={size(file.bytes_written)} />,
            duration(file.response_time_ns),
          ],
        };
      })}
    />
  );
}
