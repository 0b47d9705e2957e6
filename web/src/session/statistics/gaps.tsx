// The longest times in which nothing was in flight.

import type { Schema } from "@smbreplay/sdk";
import { duration, grouped } from "../../figures";
import { useAbout } from "../about";
import type { SessionRoute } from "../changed";
import { inSeconds, nanosecondsBetween, parsed } from "../instant";
import { OperationLink } from "../operation/operation-link";
import { FiguresTable } from "./figures-table";

export function Gaps({ route, gaps }: { route: SessionRoute; gaps: Schema<"Gaps"> }) {
  const { start } = useAbout();
  const plain = { ...route };
  delete plain.filter;
  const at = (time: string) => {
    const found = parsed(time);
    return found ? inSeconds(nanosecondsBetween(start, found)) : time;
  };
  const end = ({ op, command, frame }: Schema<"Place">) => (
    <>
      <OperationLink route={plain} op={op} /> {command}
      {frame === null ? "" : `, frame ${grouped(frame)}`}
    </>
  );
  return (
    <FiguresTable
      title="Longest idle times"
      about={
        gaps.known_above_ns > 0
          ? `No request was in flight, and none was sent. There may be more of ${duration(gaps.known_above_ns)} and less.`
          : "No request was in flight, and none was sent."
      }
      heads={[
        { title: "Length", isNumber: true },
        { title: "From (s)", isNumber: true },
        { title: "To (s)", isNumber: true },
        { title: "Behind" },
        { title: "Before" },
      ]}
      rows={gaps.longest.map((gap) => ({
        key: gap.from,
        cells: [duration(gap.length_ns), at(gap.from), at(gap.to), end(gap.before), end(gap.after)],
      }))}
    />
  );
}
