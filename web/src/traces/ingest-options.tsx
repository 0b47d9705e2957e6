// What can be said of an ingest.

import type { IngestWish, Payload } from "./ingest-wish";
import { Secrets } from "./secrets";

const PAYLOADS: [Payload, string][] = [
  ["full", "All of it"],
  ["hash", "Its length and hash"],
  ["none", "Its length"],
];

export function IngestOptions({ wish, change }: { wish: IngestWish; change: (wish: IngestWish) => void }) {
  return (
    <div class="ingest-options">
      <label class="check">
        <input
          type="checkbox"
          checked={wish.force}
          onChange={(event) => change({ ...wish, force: event.currentTarget.checked })}
        />
        <span>
          Force
          <span class="hint">Ingests again what has not changed, and replaces what another program has written.</span>
        </span>
      </label>
      <label>
        Stored of the data of READs and WRITEs
        <select
          value={wish.payload}
          onChange={(event) => {
            const [payload] = PAYLOADS.find(([name]) => name === event.currentTarget.value) ?? ["full" as const];
            change({ ...wish, payload });
          }}
        >
          {PAYLOADS.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <span class="hint">
          Without its data, bulk traffic becomes small and contents of files stay out. READs are still compared by the
          hash; a replay WRITEs a pattern.
        </span>
      </label>
      <Secrets secrets={wish.secrets} change={(secrets) => change({ ...wish, secrets })} />
    </div>
  );
}
