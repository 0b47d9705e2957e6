// Colours of the page as a canvas takes them; others when the page changes from light to dark.

import { useEffect, useMemo, useState } from "preact/hooks";

export type Colours = Record<"text" | "muted" | "line" | "accent" | "bad" | "warning" | "patched", string>;

const NAMES = ["text", "muted", "line", "accent", "bad", "warning", "patched"] as const;

export function useColours(): Colours {
  const [scheme, setScheme] = useState(0);
  useEffect(() => {
    const change = () => setScheme((scheme) => scheme + 1);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", change);
    const observer = new MutationObserver(change);
    observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    return () => {
      dark.removeEventListener("change", change);
      observer.disconnect();
    };
  }, []);
  return useMemo(read, [scheme]);
}

function read(): Colours {
  // A variable has the text of both schemes; only a colour in use is one of them.
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color];
    }),
  ) as Colours;
  probe.remove();
  return colours;
}
