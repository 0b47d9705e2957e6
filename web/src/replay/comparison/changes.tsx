// What changed from the first run to the second, in groups.

import type { Answer } from "@smbreplay/sdk";
import { grouped } from "../../figures";
import { Change } from "../change";
import { shortStatus } from "../verdicts";
import { ChangedFields } from "./changed-fields";

type TwoRuns = Answer<"compareReplays">;
type Changed = TwoRuns["changes"][number];

const DIRECTIONS: { direction: Changed["direction"]; title: string; sign: string; colour: string; meaning: string }[] =
  [
    {
      direction: "worse",
      title: "Worse",
      sign: "▼",
      colour: "bad",
      meaning: "As captured in the first run, and not in the second.",
    },
    {
      direction: "better",
      title: "Better",
      sign: "▲",
      colour: "good",
      meaning: "Not as captured in the first run, but in the second.",
    },
    {
      direction: "different",
      title: "Otherwise different",
      sign: "≠",
      colour: "warning",
      meaning: "It diverges in both runs, each in its own way, or was not compared in one of them.",
    },
  ];

export function ChangesBetween({ found, trace }: { found: TwoRuns; trace: string }) {
  return (
    <>
      {DIRECTIONS.map(({ direction, title, sign, colour, meaning }) => {
        const changes = found.changes.filter((change) => change.direction === direction);
        return (
          <section key={direction} aria-label={title}>
            <h2>
              <span class={colour} aria-hidden="true">
                {sign}
              </span>{" "}
              {title} <span class="muted">({grouped(changes.reduce((sum, { count }) => sum + count, 0))})</span>
            </h2>
            {changes.length === 0 ? <p class="muted">Nothing.</p> : <p class="muted">{meaning}</p>}
            {changes.map((change, place) => (
              <Group key={place} change={change} trace={trace} isOpen={direction === "worse" && place === 0} />
            ))}
          </section>
        );
      })}
    </>
  );
}

function Group({ change, isOpen }: { change: Changed; trace: string; isOpen: boolean }) {
  return (
    <details class="cause" open={isOpen}>
      <summary>
        <strong>{change.command || "–"}</strong> <Change captured={change.a} live={change.b} fields={change.fields} />{" "}
        <span class="muted">captured {shortStatus(change.captured_status)}</span>
        {change.fields.length > 0 && change.a !== change.b ? <code>{change.fields.join(", ")}</code> : null}{" "}
        <span>{grouped(change.count)} ×</span>{" "}
        {change.first_frame !== null ? <span class="muted">first in frame {change.first_frame}</span> : null}{" "}
        {change.path ? <span class="path">{change.path}</span> : null}
      </summary>
      <ChangedFields change={change} />
    </details>
  );
}
