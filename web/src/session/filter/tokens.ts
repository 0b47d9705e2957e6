// The words of a filter that is being written; wrong ones too.

/** A part of the text, from `start` up to before `end`. */
export interface Token {
  kind: "word" | "text" | "comparison" | "joiner" | "bracket" | "comma" | "other";
  text: string;
  start: number;
  end: number;
}

const PARTS: [Token["kind"], RegExp][] = [
  ["text", /r?"(?:\\.|[^"\\])*"?/y],
  ["joiner", /&&|\|\||\^\^|!(?!=)|\b(?:and|or|xor|not)\b(?!\s+in\b)/y],
  [
    "comparison",
    /[=!<>]=?=?|~=?|&|\bnot\s+in\b|\b(?:in|contains|matches|eq|ne|lt|le|gt|ge|all_eq|any_ne|any_eq|all_ne)\b/y,
  ],
  ["bracket", /[(){}]/y],
  ["comma", /,/y],
  ["word", /[^\s(){},=!<>~&|^"]+/y],
  ["other", /\S/y],
];

/** All of them, in their order. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    for (const [kind, pattern] of PARTS) {
      pattern.lastIndex = at;
      const found = pattern.exec(text)?.[0];
      if (found) {
        tokens.push({ kind, text: found, start: at, end: at + found.length });
        at += found.length;
        break;
      }
    }
  }
  return tokens;
}
