// Points in time to the nanosecond. A number of JavaScript cannot hold one, but it can hold how far two are apart.

/** Milliseconds since 1970, and the nanoseconds behind them. */
export interface Instant {
  ms: number;
  ns: number;
}

/** An RFC 3339 time in UTC, with up to nine decimals. */
export function parsed(text: string): Instant | undefined {
  const found = /^(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  if (!found) {
    return undefined;
  }
  const decimals = (found[2] ?? "").padEnd(9, "0");
  const ms = Date.parse(`${found[1]}.${decimals.slice(0, 3)}Z`);
  return Number.isNaN(ms) ? undefined : { ms, ns: Number(decimals.slice(3)) };
}

/** Nanoseconds from `start` to `time`. Exact for 104 days. */
export function nanosecondsBetween(start: Instant, time: Instant): number {
  return (time.ms - start.ms) * 1e6 + time.ns - start.ns;
}

/** The time `nanoseconds` after `start`, in RFC 3339. */
export function textAfter(start: Instant, nanoseconds: number): string {
  const beyond = Math.floor((start.ns + nanoseconds) / 1e6);
  const rest = start.ns + nanoseconds - beyond * 1e6;
  const text = new Date(start.ms + beyond).toISOString();
  return `${text.slice(0, -1)}${String(rest).padStart(6, "0")}Z`;
}

/** Seconds with six decimals: `-2.000001`. */
export function inSeconds(nanoseconds: number): string {
  const microseconds = Math.floor(Math.abs(nanoseconds) / 1000);
  const decimals = String(microseconds % 1e6).padStart(6, "0");
  return `${nanoseconds < 0 ? "-" : ""}${Math.floor(microseconds / 1e6)}.${decimals}`;
}
