// The list under the box.

import { useEffect, useRef } from "preact/hooks";
import type { Suggestion, Suggestions } from "./suggestions";

export function Offered({
  id,
  offer,
  active,
  take,
}: {
  id: string;
  offer: Suggestions | undefined;
  active: number;
  take: (item: Suggestion) => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);
  return (
    <div class="offered" hidden={offer === undefined}>
      <div ref={list} id={`${id}-offered`} role="listbox" aria-label="What may stand here">
        {(offer?.items ?? []).map((item, place) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the box, which keeps the focus.
          <div
            key={item.text}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === active}
            // The box would lose the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(item)}
          >
            <span class="mono">{item.text}</span> <span class="muted">{item.note}</span>
          </div>
        ))}
      </div>
      {offer?.form ? <p class="muted">{offer.form}</p> : null}
    </div>
  );
}
