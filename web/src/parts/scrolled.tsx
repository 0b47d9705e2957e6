// What is wider or higher than its place, and scrolls there.

import type { ComponentChildren } from "preact";

/** `label` names it; `class` may bound its height. */
export function Scrolled({
  label,
  class: name,
  children,
}: {
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard
    <section class={name ? `wide ${name}` : "wide"} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
