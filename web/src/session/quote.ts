// Texts as the language of filters writes them.

/** In double quotes. */
export function quoted(text: string): string {
  const inside = [...text].map((sign) => {
    const code = sign.charCodeAt(0);
    if (sign === "\\" || sign === '"') {
      return `\\${sign}`;
    }
    return code < 0x20 || code === 0x7f ? `\\x${code.toString(16).padStart(2, "0")}` : sign;
  });
  return `"${inside.join("")}"`;
}

/** Without quotes where the language takes it so. */
export function quotedIfNeeded(text: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.\-:+]*$/.test(text) ? text : quoted(text);
}

/** Both conditions. */
export function both(one: string | undefined, other: string): string {
  const first = one?.trim() ?? "";
  return first === "" ? other : `${grouped(first)} && ${grouped(other)}`;
}

/** Everything else. */
export function not(expression: string): string {
  return `!(${expression})`;
}

function grouped(expression: string): string {
  return /^[\w.]+ [=!<>]=? ("(\\.|[^"\\])*"|[\w.:+-]+)$|^!\([^()]*\)$/.test(expression)
    ? expression
    : `(${expression})`;
}
