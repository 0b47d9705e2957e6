// Pages of rows that are kept: those used last, no more than so many.

/** A bounded cache; what was not used for longest goes first. */
export class PageCache<Row> {
  readonly #most: number;
  // A map keeps its keys in the order in which they were set.
  readonly #pages = new Map<number, readonly Row[]>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A page; it counts as used. */
  get(page: number): readonly Row[] | undefined {
    const rows = this.#pages.get(page);
    if (rows) {
      this.#pages.delete(page);
      this.#pages.set(page, rows);
    }
    return rows;
  }

  /** Whether a page is there; it does not count as used. */
  has(page: number): boolean {
    return this.#pages.has(page);
  }

  set(page: number, rows: readonly Row[]): void {
    this.#pages.delete(page);
    this.#pages.set(page, rows);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= this.#most) {
        break;
      }
      this.#pages.delete(oldest);
    }
  }

  clear(): void {
    this.#pages.clear();
  }

  get size(): number {
    return this.#pages.size;
  }
}

/** The pages of `size` rows that hold the rows from `first` up to before `end`. */
export function pagesOf(first: number, end: number, size: number): number[] {
  const pages: number[] = [];
  for (let page = Math.floor(first / size); page * size < end; page += 1) {
    pages.push(page);
  }
  return pages;
}
