// What was asked of a job, read from what it tells: its members differ by kind, and by the server's version.

import type { Job } from "@smbreplay/sdk";
import { traceName } from "../crumbs";

const NOUNS: Record<Job["kind"], string> = { ingest: "Ingest", setup: "Setup", replay: "Replay" };

export const STATES: Record<Job["state"], { words: string; sign: string; colour: string }> = {
  queued: { words: "waits for its turn", sign: "…", colour: "muted" },
  running: { words: "running", sign: "▶", colour: "" },
  done: { words: "done", sign: "✓", colour: "good" },
  failed: { words: "failed", sign: "✗", colour: "bad" },
  cancelled: { words: "stopped", sign: "■", colour: "warning" },
  interrupted: { words: "interrupted", sign: "✗", colour: "bad" },
};

/** Whether nothing changes any more. */
export function hasEnded(job: Job): boolean {
  return job.ended !== null || !["queued", "running"].includes(job.state);
}

/** The trace that it is about. */
export function traceOf(job: Job): string | undefined {
  return text(job, "capture_path") ?? text(job, "path");
}

/** `Replay of office.pcap`. */
export function titleOf(job: Job): string {
  const trace = traceOf(job);
  const noun = job.kind === "setup" && told(job, "dry_run") === true ? "Setup preview" : NOUNS[job.kind];
  return trace === undefined ? noun : `${noun} of ${traceName(trace)}`;
}

/** `192.0.2.10:445, share testshare, as testuser`. */
export function targetOf(job: Job): string | undefined {
  const server = text(job, "server");
  if (server === undefined) {
    return undefined;
  }
  const parts = [`${server}:${told(job, "port")}`];
  const [share, user, domain] = [text(job, "tree_name"), text(job, "username"), text(job, "domain")];
  if (share !== undefined) {
    parts.push(`share ${share}`);
  }
  if (user !== undefined) {
    parts.push(`as ${domain ? `${domain}\\` : ""}${user}`);
  }
  return parts.join(", ");
}

/** How many sessions it is about. */
export function sessionsOf(job: Job): number | undefined {
  const sessions = told(job, "sessions");
  return Array.isArray(sessions) ? sessions.length : undefined;
}

/** Milliseconds that it took, or takes so far. */
export function tookOf(job: Job, now: number): number | undefined {
  if (job.started === null) {
    return undefined;
  }
  const end = job.ended === null ? now : Date.parse(job.ended);
  const took = end - Date.parse(job.started);
  // The clock of the server may be another one.
  return took >= 0 ? took : undefined;
}

function text(job: Job, member: string): string | undefined {
  const value = told(job, member);
  return typeof value === "string" ? value : undefined;
}

function told(job: Job, member: string): unknown {
  return (job.request as Record<string, unknown>)[member];
}
