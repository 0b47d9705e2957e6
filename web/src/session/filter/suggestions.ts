// What may stand at a place of a filter.

import type { Schema } from "@smbreplay/sdk";
import { quotedIfNeeded } from "../quote";
import { type Token, tokensOf } from "./tokens";

/** Fields and operators, as the server lists them. */
export type Listing = Schema<"FilterFields">;

export interface Suggestion {
  /** What is written. */
  text: string;
  /** What it means. */
  note: string;
}

/** What may be written in place of the text from `start` up to before `end`. */
export interface Suggestions {
  start: number;
  end: number;
  items: Suggestion[];
  /** How values are written, where there is no list of them. */
  form?: string;
}

/** More are not looked through by anybody. */
const MOST = 60;

interface Expected {
  what: "field" | "operator" | "value" | "joiner";
  field: string;
  isSet: boolean;
}

/** What may be written at `caret`. */
export function suggest(text: string, caret: number, listing: Listing): Suggestions {
  const tokens = tokensOf(text);
  const isPart = ({ kind }: Token) => kind === "word" || kind === "text" || kind === "comparison" || kind === "joiner";
  const touched = tokens.find((token) => token.start < caret && caret <= token.end && isPart(token));
  const before = tokens.filter((token) => token.end <= caret && token !== touched);
  let expected = before.reduce(after, { what: "field", field: "", isSet: false } as Expected);
  let part = touched;
  // `!` behind a field is the beginning of `!=`; what joins is whole.
  if (part?.kind === "joiner" && !(part.text === "!" && expected.what === "operator")) {
    expected = after(expected, part);
    part = undefined;
  }
  // Behind a whole operator without a blank comes a value.
  if (
    part?.kind === "comparison" &&
    listing.operators.includes(part.text) &&
    /\W/.test(part.text) &&
    caret === part.end
  ) {
    const longer = listing.operators.some(
      (operator) => operator !== part?.text && operator.startsWith(part?.text ?? ""),
    );
    if (!longer) {
      expected = after(expected, part);
      part = undefined;
    }
  }
  const start = part?.start ?? caret;
  const typed = text.slice(start, caret).replace(/^r?"/, "").toLowerCase();
  const place = { start, end: part?.end ?? caret };
  const field = listing.fields.find(({ name }) => name === expected.field);
  const kind = listing.kinds.find((one) => one.kind === field?.kind);
  switch (expected.what) {
    case "field":
      return {
        ...place,
        items: ranked(
          listing.fields.map(({ name, description }) => ({ text: name, note: description })),
          typed,
        ),
      };
    case "operator": {
      const operators = kind?.operators ?? listing.operators;
      const joiners = part ? [] : listing.joiners.filter((joiner) => joiner !== "!");
      const items = [...operators, ...joiners].map((text) => ({ text, note: MEANINGS[text] ?? "" }));
      return { ...place, items: ranked(items, typed) };
    }
    case "value": {
      const values = field?.values ?? [];
      const items = ranked(
        values.map((value) => ({ text: quotedIfNeeded(value), note: "" })),
        typed,
      );
      return { ...place, items, ...(kind && values.length === 0 ? { form: `Here goes ${kind.form}.` } : {}) };
    }
    case "joiner": {
      const joiners = listing.joiners.filter((joiner) => joiner !== "!");
      return {
        ...place,
        items: ranked(
          joiners.map((text) => ({ text, note: MEANINGS[text] ?? "" })),
          typed,
        ),
      };
    }
  }
}

/** The text with a suggestion taken, and where the caret is then. */
export function taken(text: string, { start, end }: Suggestions, item: Suggestion): { text: string; caret: number } {
  const rest = text.slice(end);
  const written = `${item.text}${/^[\s)},]/.test(rest) ? "" : " "}`;
  return { text: text.slice(0, start) + written + rest, caret: start + written.length };
}

function after(expected: Expected, token: Token): Expected {
  const { what, field, isSet } = expected;
  switch (token.kind) {
    case "joiner":
      return { what: "field", field: "", isSet: false };
    case "comparison":
      return { what: "value", field, isSet };
    case "comma":
      return { what: "value", field, isSet };
    case "bracket":
      if (token.text === "{") {
        return { what: "value", field, isSet: true };
      }
      if (token.text === "}") {
        return { what: "joiner", field, isSet: false };
      }
      return token.text === "("
        ? { what: "field", field, isSet }
        : { what: field ? "operator" : "joiner", field, isSet };
    case "word":
    case "text":
      if (what === "field") {
        return /^(any|all|upper|lower|len)$/.test(token.text)
          ? expected
          : { what: "operator", field: token.text, isSet: false };
      }
      return what === "value" ? { what: "joiner", field: isSet ? field : "", isSet } : expected;
    default:
      return expected;
  }
}

function ranked(items: Suggestion[], typed: string): Suggestion[] {
  const rank = ({ text }: Suggestion) => {
    const name = text.replace(/^"/, "").toLowerCase();
    return name.startsWith(typed)
      ? 0
      : name.includes(`.${typed}`) || name.includes(`_${typed}`)
        ? 1
        : name.includes(typed)
          ? 2
          : 3;
  };
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .filter(({ rank }) => rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, MOST)
    .map(({ item }) => item);
}

const MEANINGS: Record<string, string> = {
  "==": "one value is equal",
  "!=": "all values differ",
  "===": "all values are equal",
  "!==": "one value differs",
  "<": "less",
  "<=": "less or equal",
  ">": "greater",
  ">=": "greater or equal",
  in: "one of a set: in {1, 3..5}",
  "not in": "none of a set",
  contains: "has this part",
  matches: "regular expression, any case",
  "&": "has these bits",
  "&&": "and",
  "||": "or",
  "^^": "one of both, not both",
  "!": "not",
};
