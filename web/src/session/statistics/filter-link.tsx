// A link to the operations that a filter selects.

import type { ComponentChildren } from "preact";
import { address } from "../../route";
import { changed, type SessionRoute } from "../changed";

export function FilterLink({
  route,
  filter,
  children,
}: {
  route: SessionRoute;
  filter: string;
  children: ComponentChildren;
}) {
  return (
    <a href={address(changed(route, { tab: "operations", filter, op: undefined, span: undefined }))} title={filter}>
      {children}
    </a>
  );
}
