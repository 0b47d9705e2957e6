// What changed from the captured answer to the live one, in a few signs.

import { shortStatus } from "./verdicts";

/** `SUCCESS → ACCESS_DENIED`, or `SUCCESS, but end_of_file`. */
export function Change({ captured, live, fields }: { captured: string; live: string; fields: readonly string[] }) {
  if (captured === live && fields.length > 0) {
    return (
      <span>
        <code>{shortStatus(captured)}</code>, but <code>{fields.join(", ")}</code>
      </span>
    );
  }
  return (
    <span>
      <code>{shortStatus(captured)}</code> <span aria-hidden="true">→</span>
      <span class="unseen">became</span> <code>{shortStatus(live)}</code>
    </span>
  );
}
