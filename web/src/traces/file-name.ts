// Names that an upload may have: the server takes those that every system takes.

const MOST_BYTES = 200;
/** Endings that stand behind another one. */
const COMPRESSED = /\.(gz|zst)$/i;

/** A name near `name` that the server takes and none of `taken` has, whatever the upper and lower case. */
export function freeName(name: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  const plain = plainName(name);
  if (!used.has(plain.toLowerCase())) {
    return plain;
  }
  const [stem, ending] = parts(plain);
  const [, base = stem, counter] = /^(.*)-(\d{1,6})$/.exec(stem) ?? [];
  for (let number = counter === undefined ? 2 : Number(counter) + 1; ; number += 1) {
    const suffix = `-${number}${ending}`;
    const candidate = `${shortened(base, MOST_BYTES - bytes(suffix))}${suffix}`;
    if (!used.has(candidate.toLowerCase())) {
      return candidate;
    }
  }
}

/** `name` with `_` for what is not allowed in one. */
function plainName(name: string): string {
  const clean = name
    .replace(/[/\\:*?"<>|\p{Cc}\p{Cf}\u2028\u2029]/gu, "_")
    .replace(/^[.\s]+/, "")
    .replace(/[.\s]+$/, "");
  const [stem, ending] = parts(clean === "" ? "capture.pcap" : clean);
  return `${shortened(stem, MOST_BYTES - bytes(ending))}${ending}`;
}

/** What is before the ending, and the ending: that of `office.pcap.gz` is `.pcap.gz`. */
function parts(name: string): [stem: string, ending: string] {
  const outer = COMPRESSED.exec(name)?.[0] ?? "";
  const inner = /\.[A-Za-z0-9]{1,10}$/.exec(name.slice(0, name.length - outer.length))?.[0] ?? "";
  const ending = inner + outer;
  const stem = name.slice(0, name.length - ending.length);
  return stem === "" ? [name, ""] : [stem, ending];
}

function shortened(text: string, most: number): string {
  let short = text;
  while (bytes(short) > most) {
    short = [...short].slice(0, -1).join("");
  }
  return short;
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
