// The API key: asked for when the server wants one.

import { APIError } from "@smbreplay/sdk";
import { useEffect, useState } from "preact/hooks";
import { canBeKey, setKey } from "./client";

const GIVEN = "smbreplay:key";

/** The server wants a key, or another one. */
export function isUnauthorized(error: Error): boolean {
  return error instanceof APIError && error.status === 401;
}

/** How often the user has given a key: what was asked with the key from before is asked again. */
export function useKeyRounds(): number {
  const [rounds, setRounds] = useState(0);
  useEffect(() => {
    const count = () => setRounds((rounds) => rounds + 1);
    window.addEventListener(GIVEN, count);
    return () => window.removeEventListener(GIVEN, count);
  }, []);
  return rounds;
}

/** Takes a key, or forgets it with `undefined`, and begins anew. */
export function give(key: string | undefined): void {
  setKey(key);
  window.dispatchEvent(new Event(GIVEN));
}

/** Asks for the key. */
export function Key({ wrong }: { wrong: boolean }) {
  const [text, setText] = useState("");
  const [fault, setFault] = useState<string>();
  const said = fault ?? (wrong ? "The server does not take this key." : undefined);
  return (
    <form
      class="key"
      onSubmit={(event) => {
        event.preventDefault();
        const key = text.trim();
        if (canBeKey(key)) {
          give(key);
        } else {
          setFault("A key consists of visible ASCII characters.");
        }
      }}
    >
      <h1>API key</h1>
      <p>
        This server takes requests with its key only. It was shown when <code>smbreplay serve</code> was started, or is
        in <code>API_KEY</code> there. The page keeps it until this tab is closed.
      </p>
      {said === undefined ? null : (
        <p class="trouble" role="alert">
          {said}
        </p>
      )}
      <label>
        Key
        <input
          type="password"
          autocomplete="off"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          autofocus
        />
      </label>
      <button type="submit" class="main">
        Continue
      </button>
    </form>
  );
}
