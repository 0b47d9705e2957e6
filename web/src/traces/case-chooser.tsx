// Whose captures are shown: a case is a folder in the traces folder.

import { useId, useState } from "preact/hooks";
import { Trouble } from "../parts/trouble";
import { go } from "../route";
import type { CaseList } from "./found";

/** `chosen` may be a case that is not there yet. */
export function CaseChooser({
  chosen,
  list,
  error,
}: {
  chosen: string | undefined;
  list: CaseList | undefined;
  error: Error | undefined;
}) {
  const [isNaming, setNaming] = useState(false);
  const box = useId();
  const known = list?.cases ?? [];
  const isNew = chosen !== undefined && !known.some(({ case_id }) => case_id === chosen);
  return (
    <>
      <div class="row beside">
        <label for={box}>Case</label>
        <select
          id={box}
          value={chosen ?? ""}
          onChange={(event) => go({ view: "traces", case: event.currentTarget.value })}
        >
          {isNew ? <option value={chosen}>{list ? `${chosen} (new)` : chosen}</option> : null}
          {known.map(({ case_id, current }) => (
            <option key={case_id} value={case_id}>
              {current ? `${case_id} (default)` : case_id}
            </option>
          ))}
        </select>
        {isNaming ? (
          <NewCase close={() => setNaming(false)} />
        ) : (
          <button type="button" onClick={() => setNaming(true)}>
            New case …
          </button>
        )}
      </div>
      {error ? <Trouble error={error} /> : null}
    </>
  );
}

function NewCase({ close }: { close: () => void }) {
  const [name, setName] = useState("");
  const [box, hint] = [useId(), useId()];
  return (
    <form
      class="row beside"
      onSubmit={(event) => {
        event.preventDefault();
        close();
        go({ view: "traces", case: name.trim() });
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") {
          close();
        }
      }}
    >
      <label for={box}>Name of the new case</label>
      <input
        id={box}
        value={name}
        required
        pattern={'[^.\\s\\/\\\\:*?"<>\\|][^\\/\\\\:*?"<>\\|]*'}
        title={'No dot or blank at its beginning, and none of / \\ : * ? " < > |'}
        maxLength={200}
        spellcheck={false}
        autocomplete="off"
        aria-describedby={hint}
        ref={(input) => input?.focus()}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <button type="submit">Go to it</button>
      <button type="button" onClick={close}>
        Cancel
      </button>
      <span id={hint} class="muted">
        Its folder is made with the first upload.
      </span>
    </form>
  );
}
