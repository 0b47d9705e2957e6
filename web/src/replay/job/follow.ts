// A job as it goes on: what it tells, kept together, also behind a connection that broke.

import { APIError, type Job, type JobEvent, type JobProgress, NetworkError } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { server } from "../../client";
import { Divergences } from "./divergences";
import { Rate } from "./rate";

/** What is known of a job. */
export interface Followed {
  job: Job | undefined;
  progress: JobProgress | undefined;
  divergences: Divergences;
  warnings: string[];
  /** Events that the server did not keep. */
  lost: number;
  /** A second, over the last seconds. */
  perSecond: number | undefined;
  /** The connection is broken, and made again. */
  isBroken: boolean;
  /** Why nothing more is told. */
  error: Error | undefined;
}

/** What is told in between is shown together. */
const REDRAW = 150;
const LONGEST_DELAY = 5_000;
const MOST_WARNINGS = 1_000;
const NOT_THERE_YET = [429, 502, 503, 504];

/** Follows a job to its end. It is tried for as long as the view is shown. */
export function useJob(id: string, round: number): Followed {
  const [followed, setFollowed] = useState<Followed>(nothing);
  useEffect(() => {
    const giveUp = new AbortController();
    const known = new Listening(id, giveUp.signal, setFollowed);
    void known.listen();
    return () => {
      giveUp.abort();
      known.rest();
    };
  }, [id, round]);
  return followed;
}

function nothing(): Followed {
  return {
    job: undefined,
    progress: undefined,
    divergences: new Divergences(),
    warnings: [],
    lost: 0,
    perSecond: undefined,
    isBroken: false,
    error: undefined,
  };
}

class Listening {
  readonly #id: string;
  readonly #signal: AbortSignal;
  readonly #show: (followed: Followed) => void;
  readonly #known = nothing();
  readonly #rate = new Rate();
  #seen: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(id: string, signal: AbortSignal, show: (followed: Followed) => void) {
    this.#id = id;
    this.#signal = signal;
    this.#show = show;
    show({ ...this.#known });
  }

  async listen(): Promise<void> {
    for (let attempt = 0; !this.#signal.aborted; attempt += 1) {
      try {
        // What was asked for is told by the job itself, and its events tell the rest.
        this.#known.job = await server().getJob(this.#id, { signal: this.#signal });
        this.#known.progress = this.#known.job.progress;
        this.#redraw();
        const events = server().jobEvents(this.#id, {
          signal: this.#signal,
          // Broken connections are told here.
          patience: 0,
          ...(this.#seen === undefined ? {} : { lastEventId: this.#seen }),
        });
        for await (const event of events) {
          attempt = 0;
          this.#known.isBroken = false;
          this.#take(event);
        }
        return;
      } catch (error) {
        if (this.#signal.aborted) {
          return;
        }
        if (!isWorthAnotherTry(error)) {
          this.#known.error = error instanceof Error ? error : new Error(String(error));
          this.#known.isBroken = false;
          this.#redraw();
          return;
        }
        this.#known.isBroken = true;
        this.#redraw();
        await pause(Math.min(500 * 2 ** attempt, LONGEST_DELAY));
      }
    }
  }

  /** Shows nothing more. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  #take(event: JobEvent): void {
    const known = this.#known;
    if ("id" in event) {
      this.#seen = event.id;
    }
    switch (event.type) {
      case "progress":
        known.progress = event.data;
        this.#rate.add(event.data.done - event.data.skipped, performance.now());
        break;
      case "divergence":
        known.divergences.add(event.data);
        break;
      case "warning":
        if (known.warnings.length < MOST_WARNINGS) {
          known.warnings = [...known.warnings, event.data];
        }
        break;
      case "state":
        if (known.job) {
          const started = known.job.started ?? (event.data === "running" ? new Date().toISOString() : null);
          known.job = { ...known.job, state: event.data, started };
        }
        break;
      case "lost":
        known.lost += event.data;
        break;
      case "end":
        known.job = event.data;
        known.progress = event.data.progress;
        break;
    }
    this.#redraw();
  }

  #redraw(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#show({ ...this.#known, perSecond: this.#rate.perSecond() });
    }, REDRAW);
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof APIError && NOT_THERE_YET.includes(error.status));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
