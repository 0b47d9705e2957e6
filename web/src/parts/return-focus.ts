// Where the keyboard was before something opened.

import { useEffect, useState } from "preact/hooks";

/** Gives the focus back, when this goes, to what had it before this came. */
export function useReturnFocus(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // The browser takes the focus from what is removed; only then it can be given.
      setTimeout(() => {
        if (before instanceof HTMLElement && before.isConnected && document.activeElement === document.body) {
          before.focus();
        }
      });
    },
    [before],
  );
}
