// Two runs of the same sessions beside each other: what got worse, what got better, what is otherwise different.

import type { Answer } from "@smbreplay/sdk";
import { useAnswer } from "../answer";
import { server } from "../client";
import { counted, grouped } from "../figures";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address } from "../route";
import { ChangesBetween } from "./comparison/changes";
import { Sides } from "./comparison/sides";
import { Crumbs } from "./crumbs";

type TwoRuns = Answer<"compareReplays">;

export function ComparisonView({ trace, run, other }: { trace: string; run: string; other: string }) {
  const answer = useAnswer(
    (signal) => server().compareReplays(run, other, { capture_path: trace }, { signal, timeout: 0 }),
    [trace, run, other],
  );
  const found = answer.value;
  return (
    <div class="replays">
      <Crumbs trace={trace} />
      <div class="row between">
        <h1>Two runs compared</h1>
        <a class="button" href={address({ view: "comparison", trace, run: other, other: run })}>
          Swap the runs
        </a>
      </div>
      {answer.error ? <Trouble error={answer.error} again={answer.again} /> : null}
      {!found && answer.waiting ? <Waiting what="Comparing the runs" /> : null}
      {found ? (
        <>
          <p class={`verdict-sentence ${worse(found) > 0 ? "bad" : isSame(found) ? "good" : ""}`}>{sentence(found)}</p>
          <Sides found={found} trace={trace} />
          {isSame(found) ? null : <ChangesBetween found={found} trace={trace} />}
        </>
      ) : null}
    </div>
  );
}

function worse(found: TwoRuns): number {
  return countOf(found, "worse");
}

function countOf({ changes }: TwoRuns, wanted: TwoRuns["changes"][number]["direction"]): number {
  return changes.reduce((sum, { direction, count }) => (direction === wanted ? sum + count : sum), 0);
}

function isSame({ compared, same, only_in_a, only_in_b }: TwoRuns): boolean {
  return compared === same && only_in_a === 0 && only_in_b === 0;
}

function sentence(found: TwoRuns): string {
  if (isSame(found)) {
    return `✓ All ${counted(found.compared, "operation")} got the same answer in both runs.`;
  }
  const parts = [
    `${grouped(found.same)} of ${counted(found.compared, "operation")} ${found.same === 1 ? "is" : "are"} the same in both runs`,
    `${grouped(worse(found))} got worse`,
    `${grouped(countOf(found, "better"))} got better`,
    `${grouped(countOf(found, "different"))} ${countOf(found, "different") === 1 ? "is" : "are"} otherwise different`,
  ];
  if (found.explained > 0) {
    parts.push(
      `${grouped(found.explained)} ${found.explained === 1 ? "differs" : "differ"} only because of something else`,
    );
  }
  return `${parts.join("; ")}.`;
}
