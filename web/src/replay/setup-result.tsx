// What a setup did on the lab share, or would do.

import type { SetupAnswer } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { counted, grouped, size } from "../figures";
import { Scrolled } from "../parts/scrolled";
import { Sentences } from "./sentences";

type Planned = NonNullable<SetupAnswer["report"]["plan"]>[number];

const FIRST = 200;
const STEPS: Record<string, string> = {
  make_folder: "make folder",
  make_file: "make file",
  set_attributes: "set attributes",
  delete: "delete",
};

/** The outcome in words, and of a dry run the plan. */
export function SetupResult({ answer }: { answer: SetupAnswer }) {
  const { report } = answer;
  return (
    <div class="found">
      <p role="status">
        <strong class={answer.dry_run && answer.success ? undefined : answer.success ? "good" : "bad"}>
          {outcome(answer)}
        </strong>{" "}
        On {report.server}: {counted(answer.directories_created, "folder")} and {counted(answer.files_created, "file")}{" "}
        ({size(answer.bytes_written)}) {answer.dry_run ? "to make" : "made"}, {grouped(answer.existing)} there already
        {answer.deletions > 0 ? `, ${counted(answer.deletions, "deletion")}` : ""}
        {report.bytes_left_out > 0
          ? `; ${size(report.bytes_left_out)} that the capture does not show are left a hole`
          : ""}
        .
      </p>
      <Sentences
        title={answer.dry_run ? "What cannot be built" : "What could not be built"}
        kind="trouble"
        sentences={answer.errors}
      />
      <Sentences title="Worth knowing" sentences={answer.warnings} />
      {report.plan && report.plan.length > 0 ? <Steps plan={report.plan} /> : null}
    </div>
  );
}

function outcome({
  success,
  dry_run,
  interrupted,
  directories_created,
  files_created,
  deletions,
}: SetupAnswer): string {
  if (interrupted) {
    return "✗ It was stopped before its end.";
  }
  if (dry_run) {
    const steps = directories_created + files_created + deletions;
    return steps === 0 ? "✓ Nothing would have to be made." : "This would be done; nothing was changed.";
  }
  return success ? "✓ Everything is there as it shall be." : "✗ Not everything could be built.";
}

function Steps({ plan }: { plan: Planned[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? plan : plan.slice(0, FIRST);
  return (
    <>
      <Scrolled label="Plan" class="bounded">
        <table>
          <thead>
            <tr>
              <th>Step</th>
              <th>Share</th>
              <th>Path</th>
              <th class="number">Size</th>
              <th>Shown by</th>
              <th class="number">Frame</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((planned, place) => (
              <tr key={place}>
                <td class={planned.step === "delete" ? "bad" : undefined}>{STEPS[planned.step] ?? planned.step}</td>
                <td>{planned.share}</td>
                <th scope="row" class="text">
                  {planned.path}
                </th>
                <td class="number">{planned.step === "make_file" ? size(planned.size) : ""}</td>
                <td class="text">{planned.why}</td>
                <td class="number">{planned.frame || "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
      {shown.length < plan.length ? (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {grouped(plan.length)} steps
        </button>
      ) : null}
    </>
  );
}
