// The rows of a list of any length: pages are fetched as their rows are seen, and given up when they were scrolled past.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type FailedPages, lastError, NONE_FAILED, withFailed, without } from "./failed-pages";
import { PageCache, pagesOf } from "./page-cache";

/** Rows of a page. */
const SIZE = 200;
/** Pages that are kept: 6,000 rows. */
const KEPT = 30;
/** Milliseconds that rows have to be seen before they are asked for. */
const PATIENCE = 40;

/** What a question for a page is answered with. */
export interface Page<Row> {
  rows: readonly Row[];
  /** How many rows there are in all. */
  total: number;
}

export interface Pages<Row> {
  /** How many rows there are; `undefined` as long as that is not known. */
  total: number | undefined;
  error: Error | undefined;
  waiting: boolean;
  row: (index: number) => Row | undefined;
  /** These rows are seen, up to before `end`. */
  see: (first: number, end: number) => void;
  again: () => void;
}

/**
 * `about` says what the list is of: with another one it begins anew. `form` says what is asked of each row: with another one the same
 * rows are asked for again.
 */
export function usePages<Row>(
  ask: (offset: number, limit: number, signal: AbortSignal) => Promise<Page<Row>>,
  about: string,
  form: string,
): Pages<Row> {
  const [, render] = useState(0);
  const [total, setTotal] = useState<{ about: string; rows: number }>();
  const [failed, setFailed] = useState<{ about: string; pages: FailedPages }>({ about, pages: NONE_FAILED });
  const cache = useRef(new PageCache<Row>(KEPT));
  const asked = useRef(new Map<number, AbortController>());
  const seen = useRef({ first: 0, end: 1 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ ask, about });
  latest.current = { ask, about };

  const fetchSeen = useCallback(() => {
    const { ask, about } = latest.current;
    const { first, end } = seen.current;
    const wanted = pagesOf(first, end + 1, SIZE);
    for (const [page, giveUp] of asked.current) {
      if (!wanted.includes(page)) {
        giveUp.abort();
        asked.current.delete(page);
      }
    }
    for (const page of wanted) {
      if (cache.current.has(page) || asked.current.has(page)) {
        continue;
      }
      const giveUp = new AbortController();
      asked.current.set(page, giveUp);
      ask(page * SIZE, SIZE, giveUp.signal).then(
        ({ rows, total }) => {
          if (giveUp.signal.aborted) {
            return;
          }
          asked.current.delete(page);
          cache.current.set(page, rows);
          setTotal((before) => (before?.about === about && before.rows === total ? before : { about, rows: total }));
          setFailed((before) => {
            const pages = without(before.pages, page);
            return pages === before.pages ? before : { about: before.about, pages };
          });
          render((times) => times + 1);
        },
        (error: unknown) => {
          if (!giveUp.signal.aborted) {
            asked.current.delete(page);
            const why = error instanceof Error ? error : new Error(String(error));
            setFailed((before) => ({
              about,
              pages: withFailed(before.about === about ? before.pages : NONE_FAILED, page, why),
            }));
          }
        },
      );
    }
    render((times) => times + 1);
  }, []);

  const abandon = useCallback(() => {
    clearTimeout(timer.current);
    for (const giveUp of asked.current.values()) {
      giveUp.abort();
    }
    asked.current.clear();
  }, []);

  const listed = useRef<string>(undefined);
  useEffect(() => {
    cache.current.clear();
    setFailed({ about, pages: NONE_FAILED });
    if (listed.current !== about) {
      listed.current = about;
      seen.current = { first: 0, end: 1 };
    }
    fetchSeen();
    return abandon;
  }, [about, form, fetchSeen, abandon]);

  const see = useCallback(
    (first: number, end: number) => {
      seen.current = { first, end };
      clearTimeout(timer.current);
      timer.current = setTimeout(fetchSeen, PATIENCE);
    },
    [fetchSeen],
  );
  const row = useCallback((index: number) => cache.current.get(Math.floor(index / SIZE))?.[index % SIZE], []);
  const again = useCallback(() => {
    setFailed({ about, pages: NONE_FAILED });
    fetchSeen();
  }, [about, fetchSeen]);
  const isThis = total?.about === about;
  return {
    total: isThis ? total.rows : undefined,
    error: failed.about === about ? lastError(failed.pages) : undefined,
    waiting: asked.current.size > 0,
    row: isThis ? row : none,
    see,
    again,
  };
}

function none(): undefined {
  return undefined;
}
