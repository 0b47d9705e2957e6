// A question that a button asks: nothing is asked before, and it can be given up.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

/** Where such a question stands. */
export interface Asked<T> {
  value: T | undefined;
  error: Error | undefined;
  waiting: boolean;
  /** What the question was about; compare it to know whether the answer still holds. */
  about: unknown;
  /** Asks; what was asked before is given up. */
  ask: (question: (signal: AbortSignal) => Promise<T>, about?: unknown) => void;
  /** Does not want the answer any more. */
  giveUp: () => void;
}

interface State<T> {
  value?: T;
  error?: Error;
  waiting: boolean;
  about: unknown;
}

/** A question to be asked later. It is given up when its view is left. */
export function useAsked<T>(): Asked<T> {
  const [state, setState] = useState<State<T>>({ waiting: false, about: undefined });
  const going = useRef<AbortController | undefined>(undefined);
  const ask = useCallback((question: (signal: AbortSignal) => Promise<T>, about?: unknown) => {
    going.current?.abort();
    const controller = new AbortController();
    going.current = controller;
    const show = (state: State<T>) => {
      if (going.current === controller) {
        setState(state);
      }
    };
    show({ waiting: true, about });
    question(controller.signal).then(
      (value) => show({ value, waiting: false, about }),
      (error: unknown) =>
        show({ error: error instanceof Error ? error : new Error(String(error)), waiting: false, about }),
    );
  }, []);
  const giveUp = useCallback(() => {
    going.current?.abort();
    going.current = undefined;
    setState({ waiting: false, about: undefined });
  }, []);
  useEffect(
    () => () => {
      going.current?.abort();
      going.current = undefined;
    },
    [],
  );
  return { value: state.value, error: state.error, waiting: state.waiting, about: state.about, ask, giveUp };
}
