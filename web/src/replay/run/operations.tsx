// The operations of a run, in the order in which they ended, page by page; each opens in full.

import { useAnswer } from "../../answer";
import { server } from "../../client";
import { counted, duration, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { go, type Route } from "../../route";
import { InFull } from "../messages/in-full";
import { shortStatus, VERDICTS, VerdictTag } from "../verdicts";
import { Pager } from "./pager";

export type RunRoute = Extract<Route, { view: "run" }>;

/** Rows of a page. */
export const PAGE = 100;
const COLUMNS = 9;

/** Which page, which verdicts and which operation are in the address. */
export function Operations({ route }: { route: RunRoute }) {
  const { trace, run, verdict, row } = route;
  const from = route.from ?? 0;
  const answer = useAnswer(
    (signal) =>
      server().getReplayOperations(
        run,
        { capture_path: trace, limit: PAGE, offset: from, ...(verdict ? { verdict } : {}) },
        { signal },
      ),
    [trace, run, verdict, from],
  );
  const rows = answer.value?.operations ?? [];
  const { row: _, ...closed } = route;
  const open = (row: number | undefined) => go(row === undefined ? closed : { ...route, row }, "replace");
  return (
    <>
      <div class="row tools">
        <label class="labelled">
          Verdict
          <select
            value={verdict ?? ""}
            onChange={(event) => {
              const { value } = event.currentTarget;
              const { row: _, from: __, verdict: ___, ...rest } = route;
              go(value ? { ...rest, verdict: value } : rest);
            }}
          >
            <option value="">all</option>
            <option value="diverged">diverged: status, body, no response</option>
            {VERDICTS.map(({ word, meaning }) => (
              <option key={word} value={word}>
                {word.replace("_", " ")}: {meaning}
              </option>
            ))}
          </select>
        </label>
        {answer.value ? (
          <Pager
            from={from}
            rows={rows.length}
            page={PAGE}
            total={answer.value.total}
            turn={(from) => go({ ...closed, from })}
          />
        ) : null}
      </div>
      {answer.error ? <Trouble error={answer.error} again={answer.again} /> : null}
      {!answer.value && answer.waiting ? <Waiting /> : null}
      {answer.value && row !== undefined && !rows.some((other) => other.row === row) ? (
        <section class="card" aria-label={`Row ${row}`}>
          <div class="row between">
            <h2>Operation in row {grouped(row)}</h2>
            <button type="button" onClick={() => open(undefined)}>
              Close
            </button>
          </div>
          <Opened trace={trace} run={run} row={row} />
        </section>
      ) : null}
      {answer.value && answer.value.total === 0 ? <p>No operation has this verdict.</p> : null}
      {rows.length > 0 ? (
        <Scrolled label="Operations">
          <table>
            <thead>
              <tr>
                <th class="number">Row</th>
                <th class="number">Frame</th>
                <th>Verdict</th>
                <th>Command</th>
                <th>Captured</th>
                <th>Live</th>
                <th>Path</th>
                <th class="number">Captured in</th>
                <th class="number">Live in</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((operation) => {
                const isOpen = operation.row === row;
                return [
                  <tr key={operation.row} class={isOpen ? "chosen" : undefined}>
                    <td class="number">
                      <button
                        type="button"
                        class="opener"
                        aria-expanded={isOpen}
                        aria-label={`Row ${operation.row} in full`}
                        onClick={() => open(isOpen ? undefined : operation.row)}
                      >
                        <span aria-hidden="true">{isOpen ? "▾" : "▸"}</span> {grouped(operation.row)}
                      </button>
                    </td>
                    <td class="number">{operation.request_frame ?? "–"}</td>
                    <td>
                      <VerdictTag verdict={operation.verdict} />
                    </td>
                    <th scope="row">{operation.command ?? "–"}</th>
                    <td>{status(operation.captured_status_name)}</td>
                    <td>{status(operation.live_status_name)}</td>
                    <td class="text" title={operation.detail ?? undefined}>
                      {operation.path ?? ""}
                      {operation.differences.length > 0 ? (
                        <span class="muted"> {operation.differences.map(({ field }) => field).join(", ")}</span>
                      ) : null}
                    </td>
                    <td class="number">{time(operation.latency_ns)}</td>
                    <td class="number">{time(operation.live_latency_ns)}</td>
                  </tr>,
                  isOpen ? (
                    <tr key={`${operation.row} in full`} class="opened">
                      <td colSpan={COLUMNS}>
                        <Opened trace={trace} run={run} row={operation.row} />
                      </td>
                    </tr>
                  ) : null,
                ];
              })}
            </tbody>
          </table>
        </Scrolled>
      ) : null}
      {answer.value && rows.length === 0 && answer.value.total > 0 ? (
        <p>
          There are only {counted(answer.value.total, "operation")}.{" "}
          <button type="button" onClick={() => go({ ...closed, from: 0 })}>
            To the first page
          </button>
        </p>
      ) : null}
    </>
  );
}

function Opened({ trace, run, row }: { trace: string; run: string; row: number }) {
  const answer = useAnswer(
    (signal) => server().getReplayOperation(run, row, { capture_path: trace }, { signal }),
    [trace, run, row],
  );
  return answer.error ? (
    <Trouble error={answer.error} again={answer.again} />
  ) : answer.value ? (
    <InFull found={answer.value} trace={trace} />
  ) : (
    <Waiting />
  );
}

function status(name: string | null) {
  return name === null ? <span class="muted">none</span> : shortStatus(name);
}

function time(nanoseconds: number | null): string {
  return nanoseconds === null ? "–" : duration(nanoseconds);
}
