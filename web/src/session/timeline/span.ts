// The part of a session's time that is looked at, in nanoseconds since its first message.

/** From `from` up to before `to`. */
export interface Span {
  from: number;
  to: number;
}

/** As the address of the page has it: `1000-2000`. */
export function spanOf(text: string | undefined): Span | undefined {
  const found = /^(\d{1,16})-(\d{1,16})$/.exec(text ?? "");
  const span = { from: Number(found?.[1]), to: Number(found?.[2]) };
  return found && span.to > span.from ? span : undefined;
}

export function spanText({ from, to }: Span): string {
  return `${Math.max(0, Math.floor(from))}-${Math.max(1, Math.ceil(to))}`;
}

/** The span made `factor` times as long about its middle, moved by `shift` of its length, inside of `all`. */
export function changedSpan({ from, to }: Span, factor: number, shift: number, all: number): Span | undefined {
  const length = Math.max(1, Math.min((to - from) * factor, all));
  const middle = (from + to) / 2 + shift * (to - from);
  const begin = Math.min(Math.max(0, middle - length / 2), all - length);
  return length >= all ? undefined : { from: begin, to: begin + length };
}
