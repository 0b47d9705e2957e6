// Numbers, sizes and times as people read them.

const GROUPED = new Intl.NumberFormat("en-US");
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** `1,234,567`. */
export function grouped(number: number): string {
  return GROUPED.format(number);
}

/** `1 session`, `2 sessions`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

/** Bytes: `512 B`, `1.5 MiB`. */
export function size(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? String(value) : value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit] ?? ""}`;
}

/** A time of nanoseconds to three digits, in the unit that fits: `12.3 ms`. */
export function duration(nanoseconds: number): string {
  const steps: [number, string][] = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
    [1, "ns"],
  ];
  if (nanoseconds >= 60e9) {
    const seconds = Math.round(nanoseconds / 1e9);
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return parts.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
  }
  const [step, unit] = steps.find(([step]) => nanoseconds >= step) ?? [1, "ns"];
  return `${digits(nanoseconds / step)} ${unit}`;
}

/** Three digits of a number. */
export function digits(value: number): string {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toFixed(Number.isInteger(value) ? 0 : decimals);
}

/** A part of a whole, rounded down, so that 100.0 % means all. */
export function share(part: number, whole: number): string {
  return whole === 0 ? "–" : `${(Math.floor((part / whole) * 1000) / 10).toFixed(1)} %`;
}

/** `2026-11-27 13:00:53` in UTC, of an RFC 3339 time with any number of decimals. */
export function instant(text: string): string {
  return text.replace("T", " ").replace(/(\.\d+)?Z?$/, "");
}
