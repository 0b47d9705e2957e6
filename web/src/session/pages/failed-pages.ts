// Pages that failed, and why. Each is remembered until it arrives: that another one came does not mend it.

/** By their numbers, those that failed last at the end. */
export type FailedPages = ReadonlyMap<number, Error>;

export const NONE_FAILED: FailedPages = new Map();

export function withFailed(failed: FailedPages, page: number, error: Error): FailedPages {
  return new Map([...without(failed, page), [page, error]]);
}

/** The same map if the page did not fail, so that nothing is rendered for it. */
export function without(failed: FailedPages, page: number): FailedPages {
  return failed.has(page) ? new Map([...failed].filter(([one]) => one !== page)) : failed;
}

/** Why the page failed that failed last. */
export function lastError(failed: FailedPages): Error | undefined {
  return [...failed.values()].at(-1);
}
