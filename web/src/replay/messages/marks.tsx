// What the difference of a field means, as a sign and in words.

import type { Answer } from "@smbreplay/sdk";

export type Line = Answer<"getReplayOperation">["request"]["lines"][number];
type Meaning = Line["meaning"];

const MARKS: Record<Exclude<Meaning, "same">, { sign: string; words: string }> = {
  counts: { sign: "≠", words: "differs, and counts" },
  differs: { sign: "~", words: "differs, and is not compared" },
  patched: { sign: "→", words: "written by the replay" },
  not_captured: { sign: "?", words: "not captured" },
};

/** The sign of a field; nothing for one that is the same. */
export function MeaningMark({ line: { meaning, patch } }: { line: Line }) {
  if (meaning === "same") {
    return null;
  }
  const { sign, words } = MARKS[meaning];
  const told = patch ? `${words}: ${patch}` : words;
  return (
    <span class={`mark ${meaning}`} title={told}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{told}</span>
    </span>
  );
}

/** What the signs mean. */
export function Legend() {
  return (
    <p class="legend muted">
      {Object.entries(MARKS).map(([meaning, { sign, words }]) => (
        <span key={meaning}>
          <span class={`mark ${meaning}`}>{sign}</span> {words}
        </span>
      ))}
    </p>
  );
}
