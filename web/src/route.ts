// What the page shows, as the part of the address behind `#` says it. Every view can be bookmarked, reloaded and sent to a colleague.

import { useEffect, useState } from "preact/hooks";

/** A view, and what it shows. */
export type Route =
  | { view: "traces"; case?: string }
  | { view: "trace"; trace: string }
  | { view: "session"; trace: string; session: string; tab: SessionTab; filter?: string; op?: number; span?: string }
  | { view: "replay"; trace: string; session?: string }
  | { view: "job"; job: string }
  | { view: "run"; trace: string; run: string; part?: RunPart; verdict?: string; from?: number; row?: number }
  | { view: "comparison"; trace: string; run: string; other: string }
  | { view: "jobs" }
  | { view: "settings" }
  | { view: "unknown" };

/** Parts of the view of a session. */
export const SESSION_TABS = ["operations", "timeline", "statistics", "files"] as const;
export type SessionTab = (typeof SESSION_TABS)[number];

/** Parts of the view of a run. Without one the first is shown. */
export const RUN_PARTS = ["causes", "operations", "times"] as const;
export type RunPart = (typeof RUN_PARTS)[number];

/** The address of a view: `#/session?trace=…&session=…`. Give it to `href`. */
export function address(route: Route): string {
  const { view, ...parameters } = route;
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== "" && !(name === "tab" && value === "operations")) {
      query.set(name, String(value));
    }
  }
  const text = query.toString();
  return `#/${view === "traces" ? "" : view}${text === "" ? "" : `?${text}`}`;
}

/** The view that an address names. */
export function routeOf(hash: string): Route {
  const [path = "", text = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const query = new URLSearchParams(text);
  const of = (name: string) => query.get(name) ?? undefined;
  const trace = of("trace");
  const session = of("session");
  const run = of("run");
  const other = of("other");
  const job = of("job");
  switch (path) {
    case "":
      return { view: "traces", ...some({ case: of("case") }) };
    case "jobs":
    case "settings":
      return { view: path };
    case "job":
      return job === undefined ? { view: "unknown" } : { view: "job", job };
  }
  if (trace === undefined) {
    return { view: "unknown" };
  }
  switch (path) {
    case "trace":
      return { view: "trace", trace };
    case "replay":
      return { view: "replay", trace, ...some({ session }) };
    case "session":
      if (session === undefined) {
        return { view: "unknown" };
      }
      return {
        view: "session",
        trace,
        session,
        tab: tabOf(of("tab")),
        ...some({ filter: of("filter"), op: numberOf(of("op")), span: of("span") }),
      };
    case "run":
      if (run === undefined) {
        return { view: "unknown" };
      }
      return {
        view: "run",
        trace,
        run,
        ...some({
          part: RUN_PARTS.find((part) => part === of("part")),
          verdict: of("verdict"),
          from: numberOf(of("from")),
          row: numberOf(of("row")),
        }),
      };
    case "comparison":
      return run === undefined || other === undefined ? { view: "unknown" } : { view: "comparison", trace, run, other };
    default:
      return { view: "unknown" };
  }
}

/** Goes to a view; with `replace` it takes the place of this one in the history. */
export function go(route: Route, how: "push" | "replace" = "push"): void {
  if (how === "push") {
    location.hash = address(route);
    return;
  }
  history.replaceState(null, "", address(route));
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The view of now. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
  return routeOf(hash);
}

function tabOf(text: string | undefined): SessionTab {
  return SESSION_TABS.find((tab) => tab === text) ?? "operations";
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** The members that are there. */
function some<T extends Record<string, unknown>>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
