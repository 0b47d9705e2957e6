// How fast something goes on, over the last seconds.

/** Milliseconds that are looked back. */
const WINDOW = 5_000;

/** Counts by time. */
export class Rate {
  readonly #counts: { at: number; done: number }[] = [];

  /** So much was done at this time, in milliseconds. */
  add(done: number, at: number): void {
    const last = this.#counts.at(-1);
    if (last && done < last.done) {
      // Something else is being done now.
      this.#counts.length = 0;
    }
    this.#counts.push({ at, done });
    while (this.#counts.length > 2 && (this.#counts[1]?.at ?? at) < at - WINDOW) {
      this.#counts.shift();
    }
  }

  /** How many a second; undefined while that cannot be said. */
  perSecond(): number | undefined {
    const [first, last] = [this.#counts[0], this.#counts.at(-1)];
    if (!first || !last || last.at - first.at < 500) {
      return undefined;
    }
    return ((last.done - first.done) / (last.at - first.at)) * 1000;
  }
}
