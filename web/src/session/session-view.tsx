import type { Route } from "../route";

export function SessionView(_: { route: Route & { view: "session" } }) {
  return <h1>SessionView</h1>;
}
