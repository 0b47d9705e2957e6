// Whether a filter that is being written is one, asked when nothing was typed for a moment.

import type { Schema } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { server } from "../../client";
import { isTooLongForAddress } from "./in-address";

const PATIENCE = 250;

/** `fault` is what is wrong with `text`; `undefined` while that is not known, `null` when nothing is. One that is too long is not checked. */
export function useCheck(text: string): Schema<"FilterFault"> | null | undefined {
  const [checked, setChecked] = useState<{ text: string; fault: Schema<"FilterFault"> | null }>();
  useEffect(() => {
    if (text.trim() === "" || isTooLongForAddress(text)) {
      return undefined;
    }
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      server()
        .checkFilter(text, { signal: giveUp.signal })
        .then(
          ({ error }) => setChecked({ text, fault: error }),
          // Without an answer nothing is said of it; the table tells when it is applied.
          () => undefined,
        );
    }, PATIENCE);
    return () => {
      clearTimeout(timer);
      giveUp.abort();
    };
  }, [text]);
  return text.trim() === "" ? null : checked?.text === text ? checked.fault : undefined;
}
