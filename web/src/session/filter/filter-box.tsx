// Where filters are written: checked as they are typed, with names and values offered (ARIA Authoring Practices: Combobox Pattern).

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { Fault } from "./fault";
import { FilterHelp } from "./help";
import { filtersUsed, rememberFilter } from "./history";
import { isTooLongForAddress } from "./in-address";
import { Offered } from "./offered";
import { type Suggestion, type Suggestions, suggest, taken } from "./suggestions";
import { useCheck } from "./use-check";

/** `filter` is the one that is applied. */
export function FilterBox({ filter, apply }: { filter: string; apply: (filter: string) => void }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(filter);
  const [offer, setOffer] = useState<Suggestions>();
  const [active, setActive] = useState(-1);
  const fault = useCheck(text);
  // Fields do not change while a server runs.
  const listing = useAnswer((signal) => server().listFilterFields({ signal }), []).value;
  useEffect(() => setText(filter), [filter]);
  const isOpen = offer !== undefined && (offer.items.length > 0 || offer.form !== undefined);

  const close = () => {
    setOffer(undefined);
    setActive(-1);
  };
  const look = (text: string, caret: number) => {
    setActive(-1);
    const found = listing ? suggest(text, caret, listing) : undefined;
    const only = found?.items.length === 1 ? found.items[0]?.text : undefined;
    setOffer(only !== undefined && only === text.slice(found?.start, found?.end) ? undefined : found);
  };
  const offerUsed = () => {
    const items = filtersUsed().map((text) => ({ text, note: "used before" }));
    setActive(-1);
    setOffer({ start: 0, end: input.current?.value.length ?? 0, items });
  };
  const take = (item: Suggestion) => {
    if (offer) {
      const next = taken(text, offer, item);
      const isUsed = item.note === "used before";
      const [whole, caret] = isUsed ? [item.text, item.text.length] : [next.text, next.caret];
      setText(whole);
      close();
      // At once: who types on already types behind it.
      if (input.current) {
        input.current.value = whole;
        input.current.focus();
        input.current.setSelectionRange(caret, caret);
      }
    }
  };
  const submit = (filter: string) => {
    close();
    if (!fault || filter !== text) {
      rememberFilter(filter);
      apply(filter.trim());
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = offer?.items.length ?? 0;
    const item = offer?.items[active];
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.altKey) {
      event.preventDefault();
      if (isOpen && count > 0) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        setActive(active < 0 ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
      } else if (text.trim() === "") {
        offerUsed();
      } else {
        look(text, input.current?.selectionStart ?? text.length);
      }
    } else if (isOpen && item && (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey))) {
      event.preventDefault();
      take(item);
    } else if (event.key === "Escape" && (isOpen || text !== filter)) {
      event.preventDefault();
      event.stopPropagation();
      if (isOpen) {
        close();
      } else {
        setText(filter);
      }
    } else if (event.key === "Enter") {
      event.preventDefault();
      submit(input.current?.value ?? text);
    }
  };

  return (
    <search class="filter">
      <div class="filter-line">
        <label for={`${id}-text`}>Filter</label>
        <div class="filter-text">
          <input
            ref={input}
            id={`${id}-text`}
            class="mono"
            type="text"
            role="combobox"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            placeholder="smb2.nt_status != STATUS_SUCCESS"
            aria-autocomplete="list"
            aria-expanded={isOpen}
            aria-controls={`${id}-offered`}
            aria-activedescendant={isOpen && active >= 0 ? `${id}-${active}` : undefined}
            aria-invalid={fault ? "true" : undefined}
            aria-describedby={fault ? `${id}-fault` : undefined}
            value={text}
            onInput={(event) => {
              const { value, selectionStart } = event.currentTarget;
              setText(value);
              if (value.trim() === "") {
                close();
              } else {
                look(value, selectionStart ?? value.length);
              }
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
          />
          <Offered id={id} offer={isOpen ? offer : undefined} active={active} take={take} />
        </div>
        <button
          type="button"
          aria-label="Filters used before"
          title="Filters used before"
          onClick={() => {
            input.current?.focus();
            offerUsed();
          }}
        >
          ▾
        </button>
        <button
          type="button"
          class="main"
          disabled={Boolean(fault) || text.trim() === filter}
          onClick={() => submit(text)}
        >
          Apply
        </button>
        <button
          type="button"
          disabled={text === "" && filter === ""}
          onClick={() => {
            setText("");
            submit("");
          }}
        >
          Clear
        </button>
      </div>
      {fault ? <Fault id={`${id}-fault`} text={text} fault={fault} /> : null}
      {isTooLongForAddress(text) ? (
        <p class="muted" role="status">
          This filter is too long to be checked here.
        </p>
      ) : null}
      <FilterHelp
        use={(filter) => {
          setText(filter);
          input.current?.focus();
        }}
      />
    </search>
  );
}
