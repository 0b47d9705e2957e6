// Something went wrong: what, and what to do.

import { APIError, NetworkError } from "@smbreplay/sdk";
import type { ComponentChildren } from "preact";

/** An error in words; `again` offers another try. */
export function Trouble({ error, again }: { error: Error; again?: (() => void) | undefined }) {
  return (
    <div class="trouble" role="alert">
      <p>{inWords(error)}</p>
      {error instanceof APIError && error.detail ? <p class="muted">{error.detail}</p> : null}
      {again ? (
        <button type="button" onClick={again}>
          Try again
        </button>
      ) : null}
    </div>
  );
}

/** Something worth knowing. */
export function Notice({ children }: { children: ComponentChildren }) {
  return <div class="notice">{children}</div>;
}

/** What an error says. */
export function inWords(error: Error): string {
  if (error instanceof APIError) {
    return error.message;
  }
  if (error instanceof NetworkError) {
    return `The server does not answer: ${error.message}`;
  }
  return error.message || "Something went wrong in this page; reload it.";
}
