// Colours of the page for what is drawn and cannot be styled.

/** By what they mean. */
export interface Colours {
  text: string;
  muted: string;
  line: string;
  accent: string;
  bad: string;
  warning: string;
}

/** The colours that hold now. */
export function coloursOf(element: HTMLElement): Colours {
  // A variable is given back as it was written; only a property has the colour that comes of it.
  const probe = document.createElement("span");
  element.append(probe);
  const colour = (name: string) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = {
    text: colour("text"),
    muted: colour("muted"),
    line: colour("line"),
    accent: colour("accent"),
    bad: colour("bad"),
    warning: colour("warning"),
  };
  probe.remove();
  return colours;
}

/** Tells when they change: by the system, or by the setting of the page. */
export function watchColours(changed: () => void): () => void {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", changed);
  const theme = new MutationObserver(changed);
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    scheme.removeEventListener("change", changed);
    theme.disconnect();
  };
}
