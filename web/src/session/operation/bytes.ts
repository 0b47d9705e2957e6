// A hex dump, read again: which bytes there are, and where.

/** A line of sixteen bytes. */
export interface HexLine {
  /** Offset of its first byte, as the dump writes it. */
  label: string;
  offset: number;
  /** Two digits each; what the capture does not have is not among the digits. */
  bytes: string[];
  /** The same as text. */
  text: string;
  /** What stands there in place of bytes. */
  note: string;
}

/** The lines of a dump: `00000000  fe 53 …  40 00 …  .SMB@…`. */
export function linesOf(dump: string): HexLine[] {
  return dump
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const found = /^([0-9a-f]{8,}) {2}(.{48}) {2}(.*)$/.exec(line);
      const bytes = found?.[2]?.trim().split(/\s+/) ?? [];
      return found && bytes.every((byte) => byte.length === 2)
        ? { label: found[1] ?? "", offset: Number.parseInt(found[1] ?? "0", 16), bytes, text: found[3] ?? "", note: "" }
        : { label: "", offset: -1, bytes: [], text: "", note: line };
    });
}

/** Bytes from `from` up to before `to`. */
export interface Range {
  from: number;
  to: number;
}

/** The part of a range in a line, as places in the line. */
export function within(range: Range | undefined, line: HexLine): Range | undefined {
  if (!range || line.offset < 0) {
    return undefined;
  }
  const from = Math.max(0, range.from - line.offset);
  const to = Math.min(line.bytes.length, range.to - line.offset);
  return from < to ? { from, to } : undefined;
}
