// A field of a setting, with what is wrong about it.

import { useId } from "preact/hooks";
import type { Field } from "./fields";

/** `variable` is what sets it in the environment of the server. */
export function Setting({
  field,
  value,
  change,
  fault,
  variable,
}: {
  field: Field;
  value: string;
  change: (value: string) => void;
  fault: string | undefined;
  variable: string | undefined;
}) {
  const [box, hint, problem] = [useId(), useId(), useId()];
  return (
    <div class="setting">
      <label for={box}>{field.title}</label>
      <input
        id={box}
        value={value}
        inputMode={field.kind === "number" ? "decimal" : "text"}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? hint : `${problem} ${hint}`}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {fault === undefined ? null : (
        <span id={problem} class="bad" role="alert">
          {fault}
        </span>
      )}
      <span id={hint} class="hint">
        {field.hint}
        {variable === undefined ? null : (
          <span class="warning">
            {" "}
            Set by {variable} of the server: what you store takes no effect as long as it is.
          </span>
        )}
      </span>
    </div>
  );
}
