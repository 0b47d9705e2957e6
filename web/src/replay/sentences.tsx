// Sentences of the server below each other: warnings, errors. Of many the first are shown until all are wanted.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { grouped } from "../figures";

const FIRST = 20;

/** Sentences, if there are any. */
export function Sentences({
  title,
  sentences,
  kind = "notice",
}: {
  title: ComponentChildren;
  sentences: readonly string[];
  kind?: "notice" | "trouble";
}) {
  const [isWhole, setWhole] = useState(false);
  if (sentences.length === 0) {
    return null;
  }
  const shown = isWhole ? sentences : sentences.slice(0, FIRST);
  return (
    <div class={`${kind} sentences`}>
      <p>
        <strong>{title}</strong>
      </p>
      <ul>
        {shown.map((sentence, place) => (
          <li key={`${place} ${sentence}`}>{sentence}</li>
        ))}
      </ul>
      {shown.length < sentences.length ? (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {grouped(sentences.length)}
        </button>
      ) : null}
    </div>
  );
}
