// The key that this tab sends.

import { useState } from "preact/hooks";
import { hasKey } from "../client";
import { give } from "../key";

export function ApiKey() {
  const [isThere, setThere] = useState(hasKey);
  return isThere ? (
    <>
      <p>This tab sends the API key that you gave. It is kept until the tab is closed.</p>
      <button
        type="button"
        onClick={() => {
          setThere(false);
          give(undefined);
        }}
      >
        Forget the key
      </button>
    </>
  ) : (
    <p>This tab sends no API key: the server has not asked for one.</p>
  );
}
