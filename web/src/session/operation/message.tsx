// A message of an operation: its fields, and beside them its bytes.

import type { Schema } from "@smbreplay/sdk";
import { useCallback, useMemo, useState } from "preact/hooks";
import { grouped } from "../../figures";
import type { Range } from "./bytes";
import { FieldTree } from "./field-tree";
import { type Field, fieldAt, openAtFirst, placesAbove, shownFields } from "./fields";
import { HexDump } from "./hex-dump";

export function Message({ title, message, dump }: { title: string; message: Schema<"Details">; dump: string | null }) {
  const { fields } = message;
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(fields));
  const [marked, setMarked] = useState<string>();
  const [hovered, setHovered] = useState<string>();
  const lines = useMemo(() => shownFields(fields, open), [fields, open]);
  const rangeOf = useCallback(
    (place: string | undefined) => (place === undefined ? undefined : range(fields, place)),
    [fields],
  );
  const markedRange = useRange(rangeOf(marked));
  const hoveredRange = useRange(rangeOf(hovered));
  const toggle = (place: string) =>
    setOpen((open) => {
      const next = new Set(open);
      if (!next.delete(place)) {
        next.add(place);
      }
      return next;
    });
  const markByte = (byte: number) => {
    const found = fieldAt(fields, byte);
    if (found) {
      setOpen((open) => new Set([...open, ...placesAbove(found.place)]));
      setMarked(found.place);
    }
  };
  return (
    <section class="message" aria-label={`${title}: ${message.name}`}>
      <h3>
        {title}{" "}
        <span class="muted">
          {message.name}, {grouped(message.length)} bytes
        </span>
      </h3>
      <div class="message-parts">
        <FieldTree
          label={`Fields of the ${title.toLowerCase()}`}
          lines={lines}
          marked={marked}
          hovered={hovered}
          mark={setMarked}
          hover={setHovered}
          toggle={toggle}
        />
        {dump ? (
          <HexDump
            label={title}
            dump={dump}
            marked={markedRange}
            hovered={hoveredRange}
            mark={markByte}
            hover={(byte) => setHovered(byte === undefined ? undefined : fieldAt(fields, byte)?.place)}
          />
        ) : (
          <p class="muted">Its bytes are not kept.</p>
        )}
      </div>
    </section>
  );
}

/** The same object as long as it says the same. */
function useRange(range: Range | undefined): Range | undefined {
  return useMemo(() => range, [range?.from, range?.to]);
}

function range(fields: readonly Field[], place: string): Range | undefined {
  let among = fields;
  let found: Field | undefined;
  for (const number of place.split(".")) {
    found = among[Number(number)];
    among = found?.children ?? [];
  }
  return found ? { from: found.offset, to: found.offset + found.length } : undefined;
}
