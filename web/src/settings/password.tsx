// Whether a password is stored. It is replaced, and never shown.

import { useId } from "preact/hooks";

/** `value` is undefined as long as the password stays. */
export function Password({
  isStored,
  value,
  change,
  fault,
  isNeeded,
  variable,
}: {
  isStored: boolean;
  value: string | undefined;
  change: (value: string | undefined) => void;
  fault: string | undefined;
  /** The server or its port is changed: the stored password does not go there. */
  isNeeded: boolean;
  variable: string | undefined;
}) {
  const [box, hint, problem] = [useId(), useId(), useId()];
  const isOpen = value !== undefined || isNeeded;
  return (
    <div class="setting">
      {isOpen ? (
        <>
          <label for={box}>New password</label>
          <span class="row tight">
            <input
              id={box}
              type="password"
              autocomplete="off"
              value={value ?? ""}
              aria-invalid={fault !== undefined}
              aria-describedby={fault === undefined ? hint : `${problem} ${hint}`}
              onInput={(event) => change(event.currentTarget.value)}
            />
            {isNeeded ? null : (
              <button type="button" onClick={() => change(undefined)}>
                Keep the old one
              </button>
            )}
          </span>
        </>
      ) : (
        <>
          <span class="label">Password</span>
          <span class="row tight">
            {isStored ? "A password is stored." : "No password is stored."}
            <button type="button" onClick={() => change("")}>
              {isStored ? "Replace" : "Store one"}
            </button>
          </span>
        </>
      )}
      {fault === undefined ? null : (
        <span id={problem} class="bad" role="alert">
          {fault}
        </span>
      )}
      <span id={hint} class="hint">
        {isNeeded ? "Another server or port needs the password again: the stored one is not sent there. " : ""}
        It is never shown.
        {variable === undefined ? null : <span class="warning"> Set by {variable} of the server.</span>}
      </span>
    </div>
  );
}
