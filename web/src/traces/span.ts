// Times of the server: RFC 3339 with nanoseconds.

/** Nanoseconds between two times; `null` if one is none. */
export function between(first: string, last: string): number | null {
  const [from, to] = [parsed(first), parsed(last)];
  return from === undefined || to === undefined
    ? null
    : (to.seconds - from.seconds) * 1e9 + (to.nanoseconds - from.nanoseconds);
}

function parsed(text: string): { seconds: number; nanoseconds: number } | undefined {
  const [, whole = "", decimals = ""] = /^(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const seconds = Date.parse(`${whole}Z`) / 1000;
  return Number.isNaN(seconds) ? undefined : { seconds, nanoseconds: Number(decimals.padEnd(9, "0")) };
}
