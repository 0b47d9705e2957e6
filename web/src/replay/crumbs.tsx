// Where a view lies: the trace it is about, and what lies between.

import { address, type Route } from "../route";

/** Links to the trace and to what lies between it and this view. */
export function Crumbs({ trace, between = [] }: { trace: string; between?: { title: string; route: Route }[] }) {
  const all = [{ title: traceName(trace), route: { view: "trace", trace } as Route }, ...between];
  return (
    <nav class="crumbs" aria-label="Where this is">
      {all.map(({ title, route }, place) => (
        <span key={title}>
          {place > 0 ? " › " : ""}
          <a href={address(route)}>{title}</a>
        </span>
      ))}
    </nav>
  );
}

/** The name of a capture: the last component of its path. */
export function traceName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}
