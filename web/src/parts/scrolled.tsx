// What may be wider or higher than its place, and scrolls there.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Where it scrolls, the keyboard reaches it, by the name `label`. `class` may bound its height. */
export function Scrolled({
  label,
  class: name,
  children,
}: {
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) {
      return undefined;
    }
    const look = () =>
      setScrolls(element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight);
    const resized = new ResizeObserver(look);
    resized.observe(element);
    if (element.firstElementChild) {
      resized.observe(element.firstElementChild);
    }
    return () => resized.disconnect();
  }, []);
  const reached = scrolls ? { tabIndex: 0, role: "region" as const, "aria-label": label } : {};
  return (
    <div ref={place} class={name ? `wide ${name}` : "wide"} {...reached}>
      {children}
    </div>
  );
}
