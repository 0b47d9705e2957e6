// A status, with a sign for how bad it is.

import { type Outcome, SIGNS } from "./outcome";

export function OutcomeMark({ outcome, text }: { outcome: Outcome; text: string }) {
  const { sign, word, style } = SIGNS[outcome];
  return (
    <span class={style}>
      {sign ? <span aria-hidden="true">{sign} </span> : null}
      {text}
      {word ? <span class="unseen"> ({word})</span> : null}
    </span>
  );
}
