// Divergences of a replay that goes on, grouped by what they look like, in bounded memory.

import type { Divergence } from "@smbreplay/sdk";

/** Groups that are kept; what is of further ones is only counted. */
export const MOST_GROUPS = 500;

/** Divergences that look alike. */
export interface Group {
  key: string;
  /** The first one that was told. */
  first: Divergence;
  count: number;
  /** When the last one came: a number that grows. */
  latest: number;
}

/** Which groups come first. */
export type GroupOrder = "latest" | "count";

/** The groups so far. */
export class Divergences {
  readonly #groups = new Map<string, Group>();
  #told = 0;
  #beyond = 0;

  /** How many were told. */
  get told(): number {
    return this.#told;
  }

  /** How many are of groups that are not kept. */
  get beyond(): number {
    return this.#beyond;
  }

  add(divergence: Divergence): void {
    this.#told += 1;
    const { command, verdict, captured_status, live_status, fields } = divergence;
    const key = JSON.stringify([command, verdict, captured_status, live_status, fields]);
    const group = this.#groups.get(key);
    if (group) {
      group.count += 1;
      group.latest = this.#told;
    } else if (this.#groups.size < MOST_GROUPS) {
      this.#groups.set(key, { key, first: divergence, count: 1, latest: this.#told });
    } else {
      this.#beyond += 1;
    }
  }

  list(order: GroupOrder): Group[] {
    return [...this.#groups.values()].sort((a, b) => b[order] - a[order]);
  }
}
