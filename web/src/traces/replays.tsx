// The replays of a trace: two can be compared.

import type { Schema } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import type { Answer } from "../answer";
import { duration, grouped, share } from "../figures";
import { type Column, SortedTable } from "../parts/sorted-table";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address, go } from "../route";
import { DeleteReplay } from "./delete-replay";

export type ListedRun = Schema<"ListedRun">;

export function Replays({ trace, replays }: { trace: string; replays: Answer<Schema<"RunList">> }) {
  const [chosen, setChosen] = useState<string[]>([]);
  const [removing, setRemoving] = useState<string>();
  if (replays.error) {
    return <Trouble error={replays.error} again={replays.again} />;
  }
  if (replays.value === undefined) {
    return <Waiting what="Loading the replays" />;
  }
  const { runs } = replays.value;
  if (runs.length === 0) {
    return <p>This trace was not replayed yet.</p>;
  }
  // The list begins with the oldest: so does a comparison.
  const [run, other] = runs.filter((listed) => chosen.includes(listed.run)).map((listed) => listed.run);
  const toggle = (name: string) =>
    setChosen(chosen.includes(name) ? chosen.filter((it) => it !== name) : [...chosen, name].slice(-2));
  const isPair = run !== undefined && other !== undefined;
  return (
    <>
      {runs.length > 1 ? (
        <p class="row">
          <button
            type="button"
            disabled={!isPair}
            onClick={() => isPair && go({ view: "comparison", trace, run, other })}
          >
            Compare
          </button>
          <span class="muted" role="status">
            {isPair ? `${run} with ${other}` : "Choose two replays to see what changed from one to the other."}
          </span>
        </p>
      ) : null}
      <SortedTable
        caption="Replays"
        columns={columnsOf(trace, chosen, toggle, setRemoving)}
        rows={runs.toReversed()}
        keyOf={(listed) => listed.run}
        nouns="replays"
        rowClass={(listed) => (chosen.includes(listed.run) ? "chosen" : undefined)}
      />
      {removing === undefined ? null : (
        <DeleteReplay
          trace={trace}
          run={removing}
          close={() => setRemoving(undefined)}
          deleted={() => {
            setRemoving(undefined);
            setChosen(chosen.filter((it) => it !== removing));
            replays.again();
          }}
        />
      )}
    </>
  );
}

function columnsOf(
  trace: string,
  chosen: string[],
  toggle: (run: string) => void,
  remove: (run: string) => void,
): Column<ListedRun>[] {
  const number = (title: string, value: (run: ListedRun) => number | null): Column<ListedRun> => ({
    title,
    isNumber: true,
    value,
    cell: (run) => figure(value(run)),
  });
  return [
    {
      title: "Compare",
      cell: ({ run, complete }) => (
        <input
          type="checkbox"
          aria-label={`Compare ${run}`}
          disabled={!complete}
          checked={chosen.includes(run)}
          onChange={() => toggle(run)}
        />
      ),
    },
    {
      title: "Run",
      isName: true,
      value: ({ run }) => run,
      cell: ({ run }) => (
        <a class="nowrap" href={address({ view: "run", trace, run })}>
          {run}
        </a>
      ),
    },
    {
      title: "Server",
      value: ({ target }) => (target ? `${target.server}:${target.port}` : null),
      cell: ({ target }) =>
        target ? (
          <>
            <span class="nowrap">
              {target.server}:{target.port}
            </span>
            <span class="hint">
              {target.share} as {target.domain ? `${target.domain}\\` : ""}
              {target.username}
            </span>
          </>
        ) : (
          "–"
        ),
      text: ({ target }) =>
        target ? `${target.server}:${target.port} ${target.share} ${target.domain}\\${target.username}` : "",
    },
    number("Sessions", ({ sessions }) => sessions?.length ?? null),
    number("Operations", ({ total_operations }) => total_operations),
    {
      title: "Match",
      isNumber: true,
      value: ({ matched }) => matched,
      cell: ({ matched, sent }) => (
        <>
          {figure(matched)}
          {matched !== null && sent !== null && sent > 0 ? (
            <span class="hint">{share(matched, sent)} of sent</span>
          ) : null}
        </>
      ),
    },
    {
      title: "Diverged",
      isNumber: true,
      value: diverged,
      cell: (run) => {
        const count = diverged(run);
        return <span class={count !== null && count > 0 ? "bad" : undefined}>{figure(count)}</span>;
      },
    },
    number("No response", ({ no_response }) => no_response),
    number("Skipped", ({ skipped }) => skipped),
    number("Not compared", ({ not_compared }) => not_compared),
    {
      title: "Took",
      isNumber: true,
      value: ({ elapsed }) => elapsed,
      cell: ({ elapsed }) => (elapsed === null ? "–" : duration(elapsed * 1e9)),
    },
    {
      title: "State",
      value: ({ state }) => state,
      cell: ({ state }) => <span class={state === "complete" ? undefined : "warning"}>{STATES[state]}</span>,
    },
    {
      title: "Actions",
      cell: ({ run }) => (
        <span class="row tight">
          <button type="button" class="danger" onClick={() => remove(run)}>
            Delete …<span class="unseen"> {run}</span>
          </button>
        </span>
      ),
    },
  ];
}

const STATES: Record<ListedRun["state"], string> = {
  complete: "complete",
  interrupted: "interrupted",
  unfinished: "without a report: it goes on, or was broken off",
};

/** Answers that differ in status or body. */
function diverged({ status_diverged, body_diverged }: ListedRun): number | null {
  return status_diverged === null || body_diverged === null ? null : status_diverged + body_diverged;
}

function figure(value: number | null): string {
  return value === null ? "–" : grouped(value);
}
