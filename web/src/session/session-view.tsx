// A session: its operations, how they are spread over time, what they add up to, and its files.

import { lazy, Suspense } from "preact/compat";
import { grouped, instant } from "../figures";
import { Tabs } from "../parts/tabs";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { address, go } from "../route";
import { type About, AboutProvider, useSession } from "./about";
import { changed, type SessionRoute } from "./changed";
import { FilesTab } from "./files/files-tab";
import { FilterBox } from "./filter/filter-box";
import { StatisticsTab } from "./statistics/statistics-tab";
import { OperationsTab } from "./table/operations-tab";

// Its plots are loaded when somebody wants to see them.
const TimelineTab = lazy(() => import("./timeline/timeline-tab"));

export function SessionView({ route }: { route: SessionRoute }) {
  const { value: about, error, again, waiting } = useSession(route);
  if (!about) {
    return (
      <>
        <Crumbs route={route} />
        {error ? <Trouble error={error} again={again} /> : waiting ? <Waiting what="Reading the session" /> : null}
      </>
    );
  }
  const hasFilter = route.tab === "operations" || route.tab === "timeline";
  return (
    <AboutProvider value={about}>
      <div class={route.tab === "operations" ? "session fills" : "session"}>
        <Crumbs route={route} />
        <Heading route={route} about={about} />
        <Tabs
          label="Parts of the session"
          shown={route.tab}
          tabs={[
            { name: "operations" as const, title: "Operations", href: address(changed(route, { tab: "operations" })) },
            { name: "timeline" as const, title: "Timeline", href: address(changed(route, { tab: "timeline" })) },
            { name: "statistics" as const, title: "Statistics", href: address(changed(route, { tab: "statistics" })) },
            { name: "files" as const, title: "Files", href: address(changed(route, { tab: "files" })) },
          ]}
        />
        {hasFilter ? (
          <FilterBox filter={route.filter ?? ""} apply={(filter) => go(changed(route, { filter, op: undefined }))} />
        ) : null}
        {route.tab === "operations" ? <OperationsTab route={route} /> : null}
        {route.tab === "timeline" ? (
          <Suspense fallback={<Waiting />}>
            <TimelineTab route={route} />
          </Suspense>
        ) : null}
        {route.tab === "statistics" ? <StatisticsTab route={route} /> : null}
        {route.tab === "files" ? <FilesTab route={route} /> : null}
      </div>
    </AboutProvider>
  );
}

function Crumbs({ route }: { route: SessionRoute }) {
  return (
    <p class="crumbs">
      <a href={address({ view: "trace", trace: route.trace })}>{route.trace.split(/[\\/]/).pop()}</a> › session{" "}
      {route.session}
    </p>
  );
}

function Heading({ route, about: { session } }: { route: SessionRoute; about: About }) {
  const user = [session.domain, session.user].filter(Boolean).join("\\");
  return (
    <div class="row session-heading">
      <h1>{user || (Number(session.session_id) === 0 ? "What belongs to no session" : session.session_id)}</h1>
      <span class="muted">
        {[
          session.client && session.server ? `${session.client} → ${session.server}` : undefined,
          session.dialect ? `SMB ${session.dialect}` : undefined,
          `${grouped(session.operation_count)} operations`,
          `${grouped(session.errors)} errors`,
          `from ${instant(session.first_time)} UTC`,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {session.replayable ? (
        <a class="button" href={address({ view: "replay", trace: route.trace, session: session.file_name })}>
          Replay
        </a>
      ) : null}
    </div>
  );
}
