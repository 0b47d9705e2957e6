// Uploads of this page. They go on, and are ingested, whatever view is shown.

import { APIError } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { server } from "../client";
import { type IngestWish, requestOf } from "./ingest-wish";

/** A capture on its way. */
export interface Upload {
  id: number;
  file: File;
  /** The name that it gets. */
  name: string;
  /** The case that it goes to. */
  case: string;
  /** `waiting` for its turn, `sending`, `there`; `starting`, `ingesting` and `ended` when it is to be ingested. */
  state: "waiting" | "sending" | "there" | "starting" | "ingesting" | "ended" | "failed" | "cancelled";
  /** Bytes that went up. */
  sent: number;
  /** Why it is not there, or is not being ingested. */
  error?: Error;
  /** Where it is. */
  path?: string;
  /** The job that ingests it. */
  job?: string;
}

/** The server takes eight at once, and a browser has six connections for everything. */
const AT_ONCE = 2;

let uploads: readonly Upload[] = [];
const listeners = new Set<() => void>();
const cancels = new Map<number, AbortController>();
/** Wishes may hold passwords: they are kept until the ingest was asked for, or cannot be any more, and shown nowhere. */
const wishes = new Map<number, IngestWish>();
/** Jobs that these began, also those that are not shown any more. */
const jobs = new Set<string>();
let last = 0;

/** All uploads, the first first. */
export function useUploads(): readonly Upload[] {
  const [now, setNow] = useState(uploads);
  useEffect(() => {
    const follow = () => setNow(uploads);
    follow();
    listeners.add(follow);
    return () => {
      listeners.delete(follow);
    };
  }, []);
  return now;
}

/** Whether an upload of this page began the job. */
export function isOfUpload(job: string): boolean {
  return jobs.has(job);
}

/** Begins to upload; with a wish they are ingested then. */
export function upload(files: Iterable<File>, to: string, wish: IngestWish | undefined): void {
  const added = [...files].map((file): Upload => {
    last += 1;
    if (wish) {
      wishes.set(last, wish);
    }
    return { id: last, file, name: file.name, case: to, state: "waiting", sent: 0 };
  });
  set([...uploads, ...added]);
  next();
}

/** Tries again one that has failed, by this name. */
export function retry(id: number, name: string): void {
  change(id, { name, state: "waiting", sent: 0 });
  next();
}

/** Stops one. Nothing of it stays on the server. */
export function cancel(id: number): void {
  cancels.get(id)?.abort();
  wishes.delete(id);
  if (find(id)?.state === "waiting") {
    change(id, { state: "cancelled" });
  }
}

/** Takes one that has ended from the list. */
export function dismiss(id: number): void {
  wishes.delete(id);
  set(uploads.filter((upload) => upload.id !== id));
}

/** Its ingest has ended. */
export function settle(id: number): void {
  if (find(id)?.state === "ingesting") {
    change(id, { state: "ended" });
  }
}

/** Takes all from the list that have ended. */
export function dismissEnded(of: string): void {
  for (const { id } of uploads.filter((upload) => upload.case === of && isOver(upload))) {
    dismiss(id);
  }
}

/** Whether nothing goes on with it. */
export function isOver({ state }: Upload): boolean {
  return state === "there" || state === "ended" || state === "failed" || state === "cancelled";
}

function next(): void {
  const sending = uploads.filter(({ state }) => state === "sending").length;
  for (const { id } of uploads.filter(({ state }) => state === "waiting").slice(0, AT_ONCE - sending)) {
    change(id, { state: "sending" });
    send(id).finally(next).catch(console.error);
  }
}

async function send(id: number): Promise<void> {
  const upload = find(id);
  if (!upload) {
    return;
  }
  const giveUp = new AbortController();
  cancels.set(id, giveUp);
  try {
    const query = { name: upload.name, case_id: upload.case };
    const onProgress = (sent: number) => change(id, { sent });
    const { path } = await server().uploadTrace(upload.file, query, { signal: giveUp.signal, onProgress });
    change(id, { path, sent: upload.file.size, state: wishes.has(id) ? "starting" : "there" });
  } catch (error) {
    if (giveUp.signal.aborted) {
      change(id, { state: "cancelled" });
    } else {
      fail(id, error);
    }
    return;
  } finally {
    cancels.delete(id);
  }
  await ingest(id);
}

async function ingest(id: number): Promise<void> {
  const path = find(id)?.path;
  const wish = wishes.get(id);
  wishes.delete(id);
  if (path === undefined || wish === undefined) {
    return;
  }
  try {
    const job = await server().startIngest(requestOf(path, wish));
    jobs.add(job.id);
    change(id, { job: job.id, state: "ingesting" });
  } catch (error) {
    fail(id, error);
  }
}

/** Whether another try would end alike: what is no capture stays none. */
export function isHopeless(error: unknown): boolean {
  return error instanceof APIError && error.code === "not_a_capture";
}

function fail(id: number, error: unknown): void {
  if (isHopeless(error)) {
    wishes.delete(id);
  }
  change(id, { state: "failed", error: error instanceof Error ? error : new Error(String(error)) });
}

function find(id: number): Upload | undefined {
  return uploads.find((upload) => upload.id === id);
}

function change(id: number, part: Partial<Upload>): void {
  set(
    uploads.map((upload) => {
      if (upload.id !== id) {
        return upload;
      }
      const { error: _, ...rest } = upload;
      return { ...rest, ...part };
    }),
  );
}

function set(changed: readonly Upload[]): void {
  uploads = changed;
  for (const listener of listeners) {
    listener();
  }
}

/** Leaving the page ends what is on its way: the browser asks first. */
window.addEventListener("beforeunload", (event) => {
  if (uploads.some(({ state }) => state === "waiting" || state === "sending" || state === "starting")) {
    event.preventDefault();
  }
});
