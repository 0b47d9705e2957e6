// What can be done, one of which is chosen (ARIA Authoring Practices: Menu Pattern).

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface MenuItem {
  title: string;
  /** Shown behind the title. */
  note?: string;
  /** Of an item that is on or off. */
  checked?: boolean;
  choose: () => void;
}

/** Shown at `at`, a place in the window, as long as it is rendered. The focus goes back when it is closed. */
export function Menu({
  label,
  items,
  at,
  close,
}: {
  label: string;
  items: MenuItem[];
  at: DOMRect;
  close: () => void;
}) {
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: at.left, top: at.bottom });
  useLayoutEffect(() => {
    const before = document.activeElement;
    const box = menu.current?.getBoundingClientRect();
    if (box) {
      const isBelow = at.bottom + box.height < window.innerHeight;
      setPlace({
        left: Math.max(4, Math.min(at.left, window.innerWidth - box.width - 4)),
        top: isBelow ? at.bottom : Math.max(4, at.top - box.height),
      });
    }
    menu.current?.querySelector<HTMLElement>("button")?.focus({ preventScroll: true });
    return () => {
      const { activeElement } = document;
      const isLost = activeElement === document.body || (menu.current?.contains(activeElement) ?? true);
      if (isLost && before instanceof HTMLElement) {
        before.focus({ preventScroll: true });
      }
    };
  }, [at]);
  useEffect(() => {
    const outside = (event: PointerEvent) => {
      if (event.target instanceof Node && !menu.current?.contains(event.target)) {
        close();
      }
    };
    window.addEventListener("pointerdown", outside);
    return () => window.removeEventListener("pointerdown", outside);
  }, [close]);
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(menu.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    const now = buttons.findIndex((button) => button.matches(":focus"));
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      buttons.at(to % buttons.length)?.focus();
    } else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  };
  return (
    <div
      ref={menu}
      class="menu"
      role="menu"
      tabIndex={-1}
      aria-label={label}
      style={{ left: `${place.left}px`, top: `${place.top}px` }}
      onKeyDown={onKeyDown}
    >
      {items.map(({ title, note, checked, choose }) => (
        <button
          key={title}
          type="button"
          {...(checked === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": checked })}
          tabIndex={-1}
          onClick={() => {
            choose();
            if (checked === undefined) {
              close();
            }
          }}
        >
          {checked === undefined ? null : <span aria-hidden="true">{checked ? "☑" : "☐"} </span>}
          {title}
          {note ? <span class="muted mono"> {note}</span> : null}
        </button>
      ))}
    </div>
  );
}
