// Root divergences of a run in groups, the first operation of each in full.

import type { Answer, Report } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { counted, grouped } from "../../figures";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { address } from "../../route";
import { Change } from "../change";
import { Differences } from "../messages/differences";
import { InFull } from "../messages/in-full";
import { divergedIn } from "../verdict-sentence";

type Cause = Answer<"getReplayCauses">["causes"][number];
type Root = Cause["root"];

/** Groups in full at first, and at most. */
const FIRST = 20;
const MOST = 100;
/** Groups that are listed beside those. */
const LISTED = 500;

export function Causes({ report, trace }: { report: Report; trace: string }) {
  const [limit, setLimit] = useState(FIRST);
  const has = report.roots.length > 0;
  const answer = useAnswer(
    has
      ? (signal) => server().getReplayCauses(report.run, { capture_path: trace, limit }, { signal, timeout: 0 })
      : undefined,
    [trace, report.run, limit],
  );
  if (!has) {
    return (
      <p>
        {divergedIn(report) === 0
          ? "No operation diverges."
          : "Everything that diverges does so because of something else: a request that was not sent, or a handle from before the capture."}
      </p>
    );
  }
  const causes: Cause[] | undefined = answer.value?.causes;
  const rest = causes ? report.roots.slice(causes.length, LISTED) : [];
  return (
    <>
      <p class="muted">
        What no earlier divergence explains, grouped by command, statuses and fields; the first operation of each group
        in full.
        {report.explained > 0
          ? ` ${counted(report.explained, "further operation")} ${report.explained === 1 ? "diverges" : "diverge"} because of earlier ones.`
          : ""}
      </p>
      {answer.error ? <Trouble error={answer.error} again={answer.again} /> : null}
      {answer.waiting ? <Waiting what="Reading the first operation of each group" /> : null}
      {causes?.map((cause, place) => (
        <Group key={place} number={place + 1} cause={cause} trace={trace} run={report.run} />
      ))}
      {rest.map((root, place) => (
        <Group
          key={`rest ${place}`}
          number={(causes?.length ?? 0) + place + 1}
          cause={{ root, first: null }}
          trace={trace}
          run={report.run}
        />
      ))}
      {report.roots.length > LISTED ? (
        <p class="muted">{counted(report.roots.length - LISTED, "further group")}: see the downloads.</p>
      ) : null}
      {causes && causes.length < Math.min(report.roots.length, MOST) ? (
        <button type="button" disabled={answer.waiting} onClick={() => setLimit(MOST)}>
          Show more groups in full
        </button>
      ) : null}
    </>
  );
}

function Group({ number, cause, trace, run }: { number: number; cause: Cause; trace: string; run: string }) {
  const { root, first } = cause;
  const [isOpen, setOpen] = useState(number === 1);
  return (
    <details class="cause" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="muted">{number}</span> <strong>{root.command}</strong>{" "}
        <Change captured={root.captured_status} live={root.live_status} fields={root.fields} />{" "}
        <span>{grouped(root.count)} ×</span>{" "}
        {root.first_frame !== null ? <span class="muted">first in frame {root.first_frame}</span> : null}{" "}
        {root.path ? <span class="path">{root.path}</span> : null}
      </summary>
      {isOpen ? (
        first ? (
          <>
            <p>
              <a
                href={address({
                  view: "run",
                  trace,
                  run,
                  part: "operations",
                  from: first.row - (first.row % 100),
                  row: first.row,
                })}
              >
                Among all operations
              </a>
              {" · "}
              <a href={address({ view: "run", trace, run, part: "operations", verdict: first.operation.verdict })}>
                All with this verdict
              </a>
            </p>
            <InFull found={first} trace={trace} />
          </>
        ) : (
          <Without root={root} />
        )
      ) : null}
    </details>
  );
}

function Without({ root }: { root: Root }) {
  return (
    <>
      <Differences title="Compared fields that differ" differences={root.differences} />
      <p class="muted">Its messages are not shown here; the table of operations has them.</p>
    </>
  );
}
