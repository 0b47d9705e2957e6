// The client of the server that this page came from, and its key.

import { SMBReplayClient } from "@smbreplay/sdk";

/** Where the key is kept: as long as this tab is open, and nowhere else. */
const KEPT = "smbreplay.key";

let key = kept();
let client = make(key);

function make(key: string | undefined): SMBReplayClient {
  return new SMBReplayClient({ baseUrl: location.origin, ...(key === undefined ? {} : { apiKey: key }) });
}

/** The client. Ask for it whenever you need it: the user may have given another key. */
export function server(): SMBReplayClient {
  return client;
}

/** Whether a key was given. */
export function hasKey(): boolean {
  return key !== undefined;
}

/** Whether a text can be a key: no header can carry any other. */
export function canBeKey(text: string): boolean {
  return /^[!-~]+$/.test(text);
}

/** Takes another key from now on; `undefined` forgets it. */
export function setKey(other: string | undefined): void {
  client = make(other);
  key = other;
  try {
    if (other === undefined) {
      sessionStorage.removeItem(KEPT);
    } else {
      sessionStorage.setItem(KEPT, other);
    }
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

function kept(): string | undefined {
  try {
    const found = sessionStorage.getItem(KEPT);
    return found !== null && canBeKey(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
