// What a job tells while it goes on.

import { path } from "./address.js";
import { APIError, NetworkError } from "./errors.js";
import { backoff, pause } from "./retry.js";
import { EventParser, type SentEvent } from "./sse.js";
import { type RequestOptions, type Transport, withHeaders } from "./transport.js";
import type { Divergence, Job, JobProgress, JobState } from "./types.js";

/** Something that happened in a job. Those with an `id` are told once. */
export type JobEvent =
  /** How far it is, whenever that has changed. */
  | { type: "progress"; data: JobProgress }
  /** A root divergence of a replay. */
  | { type: "divergence"; id: string; data: Divergence }
  /** What is worth knowing. */
  | { type: "warning"; id: string; data: string }
  /** Where it stands now. */
  | { type: "state"; id: string; data: JobState }
  /** So many events are not kept any more. */
  | { type: "lost"; data: number }
  /** It has ended; nothing comes behind this. */
  | { type: "end"; data: Job };

/** How to listen to a job. */
export interface JobEventsOptions extends RequestOptions {
  /** Id of the last event that was seen: only what came behind it is told. */
  lastEventId?: string;
  /** Milliseconds for which a connection that broke is tried again: 120,000 by default. A server that starts again needs some. */
  patience?: number;
}

/** The server sends a sign of life every 15 s. */
const SILENCE = 45_000;
const PATIENCE = 120_000;
const LONGEST_DELAY = 5_000;
/** What a server that is being started, or a proxy before it, answers. */
const NOT_THERE_YET = [429, 502, 503, 504];

/** The events of a job up to its end. A connection that breaks is made again, and nothing is told twice. */
export async function* jobEvents(
  transport: Transport,
  id: string,
  options: JobEventsOptions = {},
): AsyncGenerator<JobEvent, void, undefined> {
  let seen = options.lastEventId;
  let attempt = 0;
  let brokenSince: number | undefined;
  for (;;) {
    let failure: unknown = new NetworkError("the stream of events ended before the job");
    try {
      for await (const sent of connection(transport, id, seen, options)) {
        attempt = 0;
        brokenSince = undefined;
        seen = sent.id ?? seen;
        const event = jobEvent(sent);
        if (event !== undefined) {
          yield event;
        }
        if (event?.type === "end") {
          return;
        }
      }
    } catch (error) {
      if (!isWorthAnotherTry(error)) {
        throw error;
      }
      failure = error;
    }
    brokenSince ??= Date.now();
    const delay = backoff(attempt, LONGEST_DELAY);
    attempt += 1;
    if (Date.now() + delay - brokenSince > (options.patience ?? PATIENCE)) {
      throw failure;
    }
    await pause(delay, options.signal);
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof APIError && NOT_THERE_YET.includes(error.status));
}

/** The events of one connection. */
async function* connection(
  transport: Transport,
  id: string,
  seen: string | undefined,
  { signal, headers, timeout }: JobEventsOptions,
): AsyncGenerator<SentEvent, void, undefined> {
  const wanted = { Accept: "text/event-stream", ...(seen === undefined ? {} : { "Last-Event-ID": seen }) };
  const call = withHeaders({ signal, headers, timeout: timeout ?? SILENCE, retries: 0 }, wanted);
  const pieces = transport.pieces(path`/api/jobs/${id}/events`, call);
  const [decoder, parser] = [new TextDecoder(), new EventParser()];
  for await (const piece of pieces) {
    yield* parser.push(decoder.decode(piece, { stream: true }));
  }
}

/** The event that was sent; undefined for one of a kind that is not known here. */
function jobEvent(sent: SentEvent): JobEvent | undefined {
  switch (sent.event) {
    case "progress":
    case "lost":
    case "end":
      return { type: sent.event, data: JSON.parse(sent.data) } as JobEvent;
    case "divergence":
    case "warning":
    case "state":
      return { type: sent.event, id: sent.id ?? "", data: JSON.parse(sent.data) } as JobEvent;
    default:
      return undefined;
  }
}
