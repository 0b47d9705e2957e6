// Where a job stands, in a sign and a word.

import type { Job } from "@smbreplay/sdk";
import { STATES } from "./told";

export function StateTag({ state }: { state: Job["state"] }) {
  const { words, sign, colour } = STATES[state];
  return (
    <span class={`state ${colour}`}>
      <span aria-hidden="true">{sign}</span> {words}
    </span>
  );
}
