// The head of a run: its verdict, what was replayed where, and the counts.

import type { Report } from "@smbreplay/sdk";
import { counted, duration, grouped, share } from "../../figures";
import { Facts } from "../../parts/facts";
import { address } from "../../route";
import { divergedIn, verdictSentence } from "../verdict-sentence";
import { VERDICTS, VerdictTag } from "../verdicts";

const MOST_SESSIONS = 8;

/** Every count leads to the operations it counts. */
export function Summary({ report, trace }: { report: Report; trace: string }) {
  const diverged = divergedIn(report);
  const isWhole = !report.interrupted && (report.missing_shards ?? []).length === 0;
  const isGood = diverged === 0 && report.skipped === 0 && report.matched > 0 && isWhole;
  return (
    <>
      <p class={`verdict-sentence ${isGood ? "good" : diverged > 0 ? "bad" : "warning"}`}>
        <span aria-hidden="true">{isGood ? "✓" : diverged > 0 ? "≠" : "!"}</span> {verdictSentence(report)}
      </p>
      <Bar report={report} />
      <div class="columns">
        <About report={report} trace={trace} />
        <Counts report={report} trace={trace} />
      </div>
    </>
  );
}

/** Its parts are in the table beside it, so that it says nothing to screen readers. */
function Bar({ report }: { report: Report }) {
  return (
    <div class="bar" aria-hidden="true">
      {VERDICTS.map(({ word, member }) =>
        report[member] > 0 ? <span key={word} class={`fill-${word}`} style={{ flexGrow: report[member] }} /> : null,
      )}
    </div>
  );
}

function About({ report, trace }: { report: Report; trace: string }) {
  const { target, sessions, setup } = report;
  const user = target.domain ? `${target.domain}\\${target.username}` : target.username;
  return (
    <Facts
      facts={[
        ["Server", `${target.server}:${target.port}`],
        ["Share", target.share],
        ["User", user],
        [
          sessions.length === 1 ? "Session" : "Sessions",
          <>
            {sessions.slice(0, MOST_SESSIONS).map((session) => (
              <span key={session}>
                <a href={address({ view: "session", trace, session, tab: "operations" })}>{session}</a>{" "}
              </span>
            ))}
            {sessions.length > MOST_SESSIONS ? `and ${counted(sessions.length - MOST_SESSIONS, "more", "more")}` : ""}
          </>,
        ],
        ["Began", began(report.run)],
        ["Took", `${duration(report.elapsed * 1e9)}; ${duration(report.captured_span * 1e9)} in the capture`],
        ["Clones", report.clones > 1 ? grouped(report.clones) : null],
        ["Latency, captured", percentiles(report.latency_ms.captured)],
        ["Latency, live", percentiles(report.latency_ms.live)],
        ["Lag", report.lag_ms.max > 0 ? percentiles(report.lag_ms) : null],
        ["Own lag", report.own_lag_ms.max > 0 ? percentiles(report.own_lag_ms) : null],
        [
          "Set up before",
          setup
            ? `${counted(setup.directories_created, "folder")} and ${counted(setup.files_created, "file")} made, ${grouped(setup.existing)} there already${setup.errors.length > 0 ? `, ${counted(setup.errors.length, "failure")}` : ""}`
            : null,
        ],
      ]}
    />
  );
}

function Counts({ report, trace }: { report: Report; trace: string }) {
  return (
    <table class="counts">
      <caption>Operations by verdict</caption>
      <thead>
        <tr>
          <th>Verdict</th>
          <th class="number">Operations</th>
          <th class="number">Share</th>
        </tr>
      </thead>
      <tbody>
        {VERDICTS.map(({ word, meaning, member }) => (
          <tr key={word} class={report[member] === 0 ? "zero" : undefined}>
            <th scope="row">
              <VerdictTag verdict={word} /> <span class="muted">{meaning}</span>
            </th>
            <td class="number">
              {report[member] > 0 ? (
                <a href={address({ view: "run", trace, run: report.run, part: "operations", verdict: word })}>
                  {grouped(report[member])}
                </a>
              ) : (
                "0"
              )}
            </td>
            <td class="number">{share(report[member], report.total_operations)}</td>
          </tr>
        ))}
        <tr class="total">
          <th scope="row">total</th>
          <td class="number">
            <a href={address({ view: "run", trace, run: report.run, part: "operations" })}>
              {grouped(report.total_operations)}
            </a>
          </td>
          <td class="number">{share(report.total_operations, report.total_operations)}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** Milliseconds. */
export function percentiles({ p50, p99, max }: Report["lag_ms"]): string {
  return `${duration(p50 * 1e6)} median, ${duration(p99 * 1e6)} p99, ${duration(max * 1e6)} max`;
}

/** The name of a run begins with the time that it began at: `20261127T034446Z`. */
function began(run: string): string | null {
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(run);
  return time ? `${time[1]}-${time[2]}-${time[3]} ${time[4]}:${time[5]}:${time[6]} UTC` : null;
}
