// The frame around every view, and which view is shown.

import { useEffect, useRef } from "preact/hooks";
import { useAnswer } from "./answer";
import { hasKey, server } from "./client";
import { isUnauthorized, Key, useKeyRounds } from "./key";
import { Trouble } from "./parts/trouble";
import { ComparisonView } from "./replay/comparison-view";
import { JobView } from "./replay/job-view";
import { JobsView } from "./replay/jobs-view";
import { ReplayView } from "./replay/replay-view";
import { RunView } from "./replay/run-view";
import { address, type Route, useRoute } from "./route";
import { SessionView } from "./session/session-view";
import { SettingsView } from "./settings/settings-view";
import { TraceView } from "./traces/trace-view";
import { TracesView } from "./traces/traces-view";

export function App() {
  const route = useRoute();
  const rounds = useKeyRounds();
  // Whether this page may ask anything at all is asked once, and again with every other key.
  const welcome = useAnswer((signal) => server().getSystemInfo({ signal }), [rounds]);
  const before = useRef(route.view);
  useEffect(() => {
    document.title = title(route);
    const main = document.querySelector("main");
    main?.scrollTo(0, 0);
    // The link that led here is gone with its view: the keyboard goes on with the new one.
    if (before.current !== route.view && document.activeElement === document.body) {
      main?.focus({ preventScroll: true });
    }
    before.current = route.view;
  }, [route.view]);
  return (
    <>
      <button class="skip" type="button" onClick={skip}>
        Skip to the content
      </button>
      <header class="frame">
        <a class="brand" href={address({ view: "traces" })}>
          smbreplay
        </a>
        <nav aria-label="Views">
          <Entry
            route={{ view: "traces" }}
            now={route}
            title="Traces"
            also={["trace", "session", "replay", "run", "comparison"]}
          />
          <Entry route={{ view: "jobs" }} now={route} title="Jobs" also={["job"]} />
          <Entry route={{ view: "settings" }} now={route} title="Settings" />
        </nav>
        <span class="muted">{welcome.value?.version}</span>
      </header>
      <main id="main" tabIndex={-1}>
        {welcome.error && isUnauthorized(welcome.error) ? (
          <Key wrong={hasKey()} />
        ) : welcome.error && !welcome.value ? (
          <Trouble error={welcome.error} again={welcome.again} />
        ) : welcome.value ? (
          <View key={rounds} route={route} />
        ) : null}
      </main>
    </>
  );
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case "traces":
      return <TracesView case={route.case} />;
    case "trace":
      return <TraceView key={route.trace} trace={route.trace} />;
    case "session":
      return <SessionView key={`${route.trace} ${route.session}`} route={route} />;
    case "replay":
      return <ReplayView key={`${route.trace} ${route.session ?? ""}`} trace={route.trace} session={route.session} />;
    case "job":
      return <JobView key={route.job} job={route.job} />;
    case "jobs":
      return <JobsView />;
    case "run":
      return <RunView key={`${route.trace} ${route.run}`} route={route} />;
    case "comparison":
      return (
        <ComparisonView
          key={`${route.trace} ${route.run} ${route.other}`}
          trace={route.trace}
          run={route.run}
          other={route.other}
        />
      );
    case "settings":
      return <SettingsView />;
    case "unknown":
      return (
        <>
          <h1>No such view</h1>
          <Trouble error={new Error("This address names none. It may have been cut.")} />
        </>
      );
  }
}

function Entry({ route, now, title, also = [] }: { route: Route; now: Route; title: string; also?: Route["view"][] }) {
  const isHere = now.view === route.view || also.includes(now.view);
  return (
    <a href={address(route)} aria-current={isHere ? "page" : undefined}>
      {title}
    </a>
  );
}

/** The part of the address behind `#` says which view is shown; an anchor would change it. */
function skip(): void {
  document.getElementById("main")?.focus();
}

function title(route: Route): string {
  const name = (path: string) => path.split(/[\\/]/).pop() ?? path;
  switch (route.view) {
    case "trace":
      return `${name(route.trace)} · smbreplay`;
    case "session":
      return `${route.session} · ${name(route.trace)} · smbreplay`;
    case "run":
      return `${route.run} · ${name(route.trace)} · smbreplay`;
    case "traces":
    case "unknown":
      return "smbreplay";
    default:
      return `${route.view} · smbreplay`;
  }
}
