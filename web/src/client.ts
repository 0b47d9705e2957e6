// The client of the server that this page came from, and its key.

import { SMBReplayClient } from "@smbreplay/sdk";

/** Where the key is kept: as long as this tab is open, and nowhere else. */
const KEPT = "smbreplay.key";

let client = make(sessionStorage.getItem(KEPT));

function make(key: string | null): SMBReplayClient {
  return new SMBReplayClient({ baseUrl: location.origin, ...(key ? { apiKey: key } : {}) });
}

/** The client. Ask for it whenever you need it: the user may have given another key. */
export function server(): SMBReplayClient {
  return client;
}

/** Whether a key was given. */
export function hasKey(): boolean {
  return sessionStorage.getItem(KEPT) !== null;
}

/** Takes another key from now on; `null` forgets it. */
export function setKey(key: string | null): void {
  if (key === null) {
    sessionStorage.removeItem(KEPT);
  } else {
    sessionStorage.setItem(KEPT, key);
  }
  client = make(key);
}
