// The verdict of a run in one sentence, worded as in its report.

import type { Execution, Report } from "@smbreplay/sdk";
import { counted, grouped } from "../figures";

/** How many operations were answered differently. */
export function divergedIn(report: Pick<Report, "status_diverged" | "body_diverged" | "no_response">): number {
  return report.status_diverged + report.body_diverged + report.no_response;
}

/** The verdict of a run. */
export function verdictSentence(report: Report): string {
  const parts = [comparison(report)];
  if (report.skipped > 0) {
    parts.push(`${grouped(report.skipped)} ${report.skipped === 1 ? "was" : "were"} not sent`);
  }
  if (report.interrupted) {
    parts.push("the run was interrupted");
  }
  const missing = report.missing_shards ?? [];
  if (missing.length > 0) {
    const count = (report.shards ?? []).length + missing.length;
    const shards = missing.length === 1 ? `shard ${missing[0]}` : `shards ${missing.join(", ")}`;
    parts.push(`${shards} of ${count} ${missing.length === 1 ? "is" : "are"} missing`);
  }
  return `${parts.join("; ")}.`;
}

function comparison(report: Report): string {
  const diverged = divergedIn(report);
  const requests = counted(report.sent, "request");
  if (diverged > 0) {
    const causes = counted(report.roots.length, "cause");
    return `${grouped(diverged)} of ${requests} ${diverged === 1 ? "was" : "were"} answered differently; ${causes}`;
  }
  if (report.matched === 0) {
    return "Nothing was compared";
  }
  return report.not_compared > 0
    ? `All ${counted(report.matched, "request")} that were compared were answered as captured`
    : `All ${requests} were answered as captured`;
}

/** The report in what a replay answered; undefined when nothing was replayed. */
export function reportOf(execution: Execution): Report | undefined {
  return execution.run === undefined ? undefined : (execution as Execution & Report);
}
