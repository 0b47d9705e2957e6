// The bytes of a message. What is marked in the fields is marked here, and the other way round.

// biome-ignore-all lint/a11y/noNoninteractiveTabindex: the dump is scrolled, and its bytes are chosen, with keys.

import { memo } from "preact/compat";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { grouped } from "../../figures";
import { type HexLine, linesOf, type Range, within } from "./bytes";

/** Lines that are shown at first, and with every step. */
const FIRST = 64;
const STEP = 512;

export function HexDump({
  label,
  dump,
  marked,
  hovered,
  mark,
  hover,
}: {
  label: string;
  dump: string;
  marked: Range | undefined;
  hovered: Range | undefined;
  /** A byte was chosen. */
  mark: (byte: number) => void;
  hover: (byte: number | undefined) => void;
}) {
  const lines = useMemo(() => linesOf(dump), [dump]);
  const [most, setMost] = useState(FIRST);
  const box = useRef<HTMLDivElement>(null);
  const shown = lines.slice(0, most);
  useEffect(() => {
    if (!marked) {
      return;
    }
    const line = Math.floor(marked.from / 16);
    if (line >= most && line < lines.length && line < most + 4 * STEP) {
      setMost(line + STEP);
    }
    box.current?.querySelector(`[data-line="${line}"]`)?.scrollIntoView({ block: "nearest" });
  }, [marked, most, lines.length]);
  const byteOf = (target: EventTarget | null) => {
    const at = target instanceof HTMLElement ? target.dataset.byte : undefined;
    return at === undefined ? undefined : Number(at);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -16, ArrowDown: 16 }[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    const last = lines.reduce((last, line) => Math.max(last, line.offset + line.bytes.length - 1), 0);
    // From the end of a field to the one behind it, from its beginning to the one before it.
    const from = marked ? (step > 0 && step < 16 ? marked.to - 1 : marked.from) : -step;
    mark(Math.min(Math.max(0, from + step), last));
  };
  return (
    <div class="hex">
      <section
        ref={box}
        class="hex-lines mono"
        aria-label={`${label}: bytes. Arrow keys move through the fields.`}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onMouseOver={(event) => hover(byteOf(event.target))}
        onMouseLeave={() => hover(undefined)}
        onFocus={() => undefined}
        onClick={(event) => {
          const byte = byteOf(event.target);
          if (byte !== undefined) {
            mark(byte);
          }
        }}
      >
        {shown.map((line, number) => {
          const chosen = within(marked, line);
          const pointed = within(hovered, line);
          return (
            <Line
              key={line.label || number}
              line={line}
              number={number}
              from={chosen?.from ?? -1}
              to={chosen?.to ?? -1}
              hoverFrom={pointed?.from ?? -1}
              hoverTo={pointed?.to ?? -1}
            />
          );
        })}
      </section>
      {shown.length < lines.length ? (
        <p>
          {grouped(lines.length - shown.length)} more lines.{" "}
          <button type="button" onClick={() => setMost(most + STEP)}>
            Show {grouped(Math.min(STEP, lines.length - shown.length))} of them
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Drawn again only when what is marked in it changes. */
const Line = memo(function Line({
  line,
  number,
  from,
  to,
  hoverFrom,
  hoverTo,
}: {
  line: HexLine;
  number: number;
  from: number;
  to: number;
  hoverFrom: number;
  hoverTo: number;
}) {
  if (line.note) {
    return <div class="muted">{line.note}</div>;
  }
  const classOf = (place: number) =>
    place >= from && place < to ? "marked" : place >= hoverFrom && place < hoverTo ? "hovered" : undefined;
  return (
    <div data-line={number}>
      <span class="muted">{line.label}</span>
      <span class="hex-bytes">
        {line.bytes.map((byte, place) => (
          <span key={place} data-byte={line.offset + place} class={classOf(place)}>
            {byte}
          </span>
        ))}
      </span>
      <span class="hex-text" aria-hidden="true">
        {line.bytes.map((_, place) => (
          <span key={place} data-byte={line.offset + place} class={classOf(place)}>
            {line.text.charAt(place)}
          </span>
        ))}
      </span>
    </div>
  );
});
