// The address of the same session, with something changed.

import type { Route } from "../route";

/** The view of a session. */
export type SessionRoute = Route & { view: "session" };
type Changes = { [K in "tab" | "filter" | "op" | "span"]?: SessionRoute[K] | undefined };

/** `undefined` takes a member away. */
export function changed(route: SessionRoute, changes: Changes): SessionRoute {
  const members = Object.entries({ ...route, ...changes }).filter(([, value]) => value !== undefined && value !== "");
  return Object.fromEntries(members) as SessionRoute;
}
