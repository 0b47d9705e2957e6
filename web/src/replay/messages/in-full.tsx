// An operation of a run in full: what became of it, and its messages, captured beside live.

import type { Answer } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { duration, grouped } from "../../figures";
import { Facts } from "../../parts/facts";
import { address } from "../../route";
import { Change } from "../change";
import { VerdictTag } from "../verdicts";
import { Differences } from "./differences";
import { Legend } from "./marks";
import { SideBySide } from "./side-by-side";

export type ReplayedInFull = Omit<Answer<"getReplayOperation">, "run">;

/** What was chosen last holds for the next operation that is opened. */
let onlyDifferentAtFirst = false;

export function InFull({ found, trace }: { found: ReplayedInFull; trace: string }) {
  const [onlyDifferent, setOnlyDifferent] = useState(onlyDifferentAtFirst);
  const { operation, request, response, unplaced } = found;
  const { session_file, op } = operation;
  return (
    <div class="in-full">
      {operation.detail ? <p>{operation.detail}</p> : null}
      <Facts
        facts={[
          ["Verdict", <VerdictTag key="verdict" verdict={operation.verdict} />],
          [
            "Captured and live",
            operation.captured_status_name !== null ? (
              <Change
                captured={operation.captured_status_name}
                live={operation.live_status_name ?? "no response"}
                fields={operation.differences.map(({ field }) => field)}
              />
            ) : null,
          ],
          [
            "Captured operation",
            op === null ? (
              "none: the replay sent it of its own accord"
            ) : session_file === null ? (
              op
            ) : (
              <a href={address({ view: "session", trace, session: session_file, tab: "operations", op })}>
                {op}
                {operation.request_frame === null ? "" : `, frame ${operation.request_frame}`}
              </a>
            ),
          ],
          [
            "Explained by",
            operation.cause_op !== null && session_file !== null ? (
              <a
                href={address({
                  view: "session",
                  trace,
                  session: session_file,
                  tab: "operations",
                  op: operation.cause_op,
                })}
              >
                operation {operation.cause_op}
              </a>
            ) : operation.explained ? (
              "something else"
            ) : null,
          ],
          ["Path", operation.path],
          ["Share", operation.share],
          ["Connection", connections(operation)],
          ["Clone", operation.clone > 0 ? operation.clone : null],
          ["Captured latency", operation.latency_ns === null ? null : duration(operation.latency_ns)],
          ["Live latency", operation.live_latency_ns === null ? null : duration(operation.live_latency_ns)],
          ["Sent late by", operation.lag_ns ? duration(operation.lag_ns) : null],
          ["Marks", operation.marks.join(", ")],
        ]}
      />
      <Differences title="Compared fields that differ" differences={operation.differences} />
      <Differences title="Differences that no field below shows" differences={unplaced} />
      <div class="row">
        <label class="check">
          <input
            type="checkbox"
            checked={onlyDifferent}
            onChange={(event) => {
              onlyDifferentAtFirst = event.currentTarget.checked;
              setOnlyDifferent(onlyDifferentAtFirst);
            }}
          />
          Only what differs
        </label>
        <Legend />
      </div>
      <SideBySide kind="Response" row={found.row} messages={response} isOpen onlyDifferent={onlyDifferent} />
      <SideBySide kind="Request" row={found.row} messages={request} isOpen={false} onlyDifferent={onlyDifferent} />
    </div>
  );
}

function connections({ connection, live_connection }: ReplayedInFull["operation"]): string | null {
  const parts = [
    connection === null ? undefined : `${grouped(connection)} captured`,
    live_connection === null ? undefined : `${grouped(live_connection)} live`,
  ].filter((part) => part !== undefined);
  return parts.join(", ") || null;
}
