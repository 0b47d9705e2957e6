// What the server is asked for by a view, and what is shown until it has answered.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** Where a question stands. While it is asked again, the answer from before stays. */
export interface Answer<T> {
  /** What was answered last. */
  value: T | undefined;
  /** Why there is no answer. */
  error: Error | undefined;
  /** It is being asked. */
  waiting: boolean;
  /** Asks again. */
  again: () => void;
}

/**
 * Asks as soon as it is shown, and again when something of `about` changes. What was asked before is given up; an answer about
 * something else is not shown any more. `undefined` asks nothing.
 */
export function useAnswer<T>(
  ask: ((signal: AbortSignal) => Promise<T>) | undefined,
  about: readonly unknown[],
): Answer<T> {
  const key = JSON.stringify(about);
  const [state, setState] = useState<{ key: string; value?: T; error?: Error; waiting: boolean }>({
    key,
    waiting: true,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const asks = ask !== undefined;
  useEffect(() => {
    const question = latest.current;
    if (!question) {
      setState({ key, waiting: false });
      return undefined;
    }
    const giveUp = new AbortController();
    setState((before) =>
      before.key === key && before.value !== undefined
        ? { key, value: before.value, waiting: true }
        : { key, waiting: true },
    );
    question(giveUp.signal).then(
      (value) => {
        if (!giveUp.signal.aborted) {
          setState({ key, value, waiting: false });
        }
      },
      (error: unknown) => {
        if (!giveUp.signal.aborted) {
          setState({ key, error: error instanceof Error ? error : new Error(String(error)), waiting: false });
        }
      },
    );
    return () => giveUp.abort();
  }, [key, round, asks]);
  const again = useCallback(() => setRound((round) => round + 1), []);
  const isThis = state.key === key;
  return {
    value: isThis ? state.value : undefined,
    error: isThis ? state.error : undefined,
    waiting: isThis ? state.waiting : asks,
    again,
  };
}
