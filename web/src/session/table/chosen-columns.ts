// Which columns are shown; kept in this browser.

import { useCallback, useMemo, useState } from "preact/hooks";
import type { OperationColumn } from "./columns";

const KEPT = "smbreplay.columns";

/** The columns that are shown, in their order, and how to show or hide one. One stays at least. */
export function useChosenColumns(columns: OperationColumn[]): {
  shown: OperationColumn[];
  toggle: (key: string) => void;
  reset: () => void;
} {
  const [keys, setKeys] = useState<string[] | undefined>(read);
  const shown = useMemo(() => {
    const chosen = columns.filter(({ key, isUsual }) => (keys ? keys.includes(key) : isUsual));
    return chosen.length > 0 ? chosen : columns.filter(({ isUsual }) => isUsual);
  }, [columns, keys]);
  const toggle = useCallback(
    (key: string) => {
      const now = shown.map((column) => column.key);
      const next = now.includes(key) ? now.filter((other) => other !== key) : [...now, key];
      if (next.length > 0) {
        setKeys(next);
        write(next);
      }
    },
    [shown],
  );
  const reset = useCallback(() => {
    setKeys(undefined);
    write(undefined);
  }, []);
  return { shown, toggle, reset };
}

function read(): string[] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "null");
    return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : undefined;
  } catch {
    return undefined;
  }
}

function write(keys: string[] | undefined): void {
  try {
    if (keys) {
      localStorage.setItem(KEPT, JSON.stringify(keys));
    } else {
      localStorage.removeItem(KEPT);
    }
  } catch {
    // The browser keeps nothing; the choice holds until the page is closed.
  }
}
