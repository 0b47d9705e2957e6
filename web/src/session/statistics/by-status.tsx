// Operations by their final status.

import type { Schema } from "@smbreplay/sdk";
import { grouped, share } from "../../figures";
import type { SessionRoute } from "../changed";
import type { Outcome } from "../outcome";
import { OutcomeMark } from "../outcome-mark";
import { FiguresTable } from "./figures-table";
import { FilterLink } from "./filter-link";

export function ByStatus({
  route,
  statuses,
  operations,
}: {
  route: SessionRoute;
  statuses: Schema<"Statuses">;
  operations: number;
}) {
  return (
    <FiguresTable
      title="Final statuses"
      heads={[
        { title: "Status" },
        { title: "Operations", isNumber: true },
        { title: "Of all", isNumber: true },
        { title: "First frame", isNumber: true },
        { title: "Commands" },
      ]}
      rows={statuses.each.map(({ name, status, outcome, count, first_frame, commands }) => ({
        key: status,
        cells: [
          <OutcomeMark key="status" outcome={outcomeNamed(outcome)} text={name} />,
          <FilterLink key="count" route={route} filter={`status == ${name}`}>
            {grouped(count)}
          </FilterLink>,
          share(count, operations),
          first_frame === null ? "" : grouped(first_frame),
          Object.entries(commands)
            .sort(([, one], [, other]) => other - one)
            .map(([command, count]) => `${command} ${grouped(count)}`)
            .join(", "),
        ],
      }))}
    />
  );
}

function outcomeNamed(name: string): Outcome {
  return name === "error" || name === "warning" ? name : "success";
}
