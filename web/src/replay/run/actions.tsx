// What can be done with a run: take it along, compare it, delete it.

import { useAnswer } from "../../answer";
import { server } from "../../client";
import { Trouble } from "../../parts/trouble";
import { go } from "../../route";
import { useAsked } from "../asked";
import { DeleteRun } from "./delete-run";
import { save } from "./download";

const FORMS = [
  { ending: "html", title: "Page", hint: "The report as a page that needs nothing but itself" },
  { ending: "xml", title: "JUnit XML", hint: "The operations for what shows test results" },
  { ending: "pcapng", title: "Live traffic", hint: "What went over the wire, in clear, for Wireshark" },
] as const;
type Ending = (typeof FORMS)[number]["ending"];

export function Actions({ trace, run }: { trace: string; run: string }) {
  const download = useAsked<void>();
  const take = (ending: Ending) =>
    download.ask(async (signal) => {
      const content = await fetched(run, trace, ending, signal);
      save(content, `${run}.${ending}`, ending === "html" ? "text/html" : "application/xml");
    }, ending);
  return (
    <>
      <div class="row actions">
        {FORMS.map(({ ending, title, hint }) => (
          <button key={ending} type="button" title={hint} disabled={download.waiting} onClick={() => take(ending)}>
            {title} (.{ending})
          </button>
        ))}
        {download.waiting ? (
          <>
            <span role="status">Downloading {String(download.about)} …</span>
            <button type="button" onClick={download.giveUp}>
              Stop
            </button>
          </>
        ) : null}
        <Compare trace={trace} run={run} />
        <DeleteRun trace={trace} run={run} />
      </div>
      {download.error ? <Trouble error={download.error} /> : null}
    </>
  );
}

function fetched(run: string, trace: string, ending: Ending, signal: AbortSignal): Promise<Blob | string> {
  const query = { capture_path: trace };
  switch (ending) {
    case "html":
      return server().getReplayPage(run, query, { signal });
    case "xml":
      return server().getReplayResults(run, query, { signal });
    case "pcapng":
      return server().getReplayTraffic(run, query, { signal });
  }
}

function Compare({ trace, run }: { trace: string; run: string }) {
  const answer = useAnswer((signal) => server().listReplays({ capture_path: trace }, { signal }), [trace]);
  const others = (answer.value?.runs ?? []).filter((other) => other.complete && other.run !== run).reverse();
  if (others.length === 0) {
    return null;
  }
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        const other = new FormData(event.currentTarget).get("other");
        if (typeof other === "string") {
          // The older one comes first, so that what got worse is what got worse since then.
          const [a, b] = other < run ? [other, run] : [run, other];
          go({ view: "comparison", trace, run: a, other: b });
        }
      }}
    >
      <label class="labelled">
        Compare with
        <select name="other">
          {others.map(({ run, target }) => (
            <option key={run} value={run}>
              {run}
              {target ? ` (${target.server})` : ""}
            </option>
          ))}
        </select>
      </label>
      <button type="submit">Compare</button>
    </form>
  );
}
