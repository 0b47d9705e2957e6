// The fields of a message (ARIA Authoring Practices: Tree View Pattern).

import { useEffect, useRef } from "preact/hooks";
import { type Field, type FieldLine, placesAbove } from "./fields";

const MARKS: Record<NonNullable<Field["mark"]>, string> = {
  padding: "padding",
  unknown: "not known",
  malformed: "malformed",
  missing: "not captured",
  shared: "shared bytes",
  more: "more follows",
  withheld: "withheld",
};

export function FieldTree({
  label,
  lines,
  marked,
  hovered,
  mark,
  hover,
  toggle,
}: {
  label: string;
  lines: FieldLine[];
  /** Place of the field that is marked. */
  marked: string | undefined;
  hovered: string | undefined;
  mark: (place: string) => void;
  hover: (place: string | undefined) => void;
  toggle: (place: string) => void;
}) {
  const tree = useRef<HTMLDivElement>(null);
  const focused = lines.some(({ place }) => place === marked) ? marked : lines[0]?.place;
  const hasFocus = () => tree.current?.contains(document.activeElement) ?? false;
  useEffect(() => {
    const element = tree.current?.querySelector<HTMLElement>(`[data-place="${marked}"]`);
    if (hasFocus()) {
      element?.focus();
    } else {
      element?.scrollIntoView({ block: "nearest" });
    }
  }, [marked]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = lines.findIndex(({ place }) => place === focused);
    const line = lines[at];
    const to = (place: string | undefined) => {
      event.preventDefault();
      if (place !== undefined) {
        mark(place);
      }
    };
    if (!line || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    switch (event.key) {
      case "ArrowDown":
        return to(lines[at + 1]?.place);
      case "ArrowUp":
        return to(lines[at - 1]?.place);
      case "Home":
        return to(lines[0]?.place);
      case "End":
        return to(lines.at(-1)?.place);
      case "ArrowRight":
        if (line.isFolder && !line.isOpen) {
          toggle(line.place);
        }
        return to(line.isOpen ? lines[at + 1]?.place : undefined);
      case "ArrowLeft":
        if (line.isOpen) {
          toggle(line.place);
          return to(undefined);
        }
        return to(placesAbove(line.place).at(-1));
      case "Enter":
      case " ":
        if (line.isFolder) {
          toggle(line.place);
        }
        return to(undefined);
    }
  };
  return (
    <div
      ref={tree}
      class="field-tree"
      role="tree"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onMouseLeave={() => hover(undefined)}
    >
      {lines.map(({ place, depth, field, isFolder, isOpen, position, siblings }) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys.
        <div
          key={place}
          role="treeitem"
          data-place={place}
          tabIndex={place === focused ? 0 : -1}
          aria-level={depth + 1}
          aria-posinset={position}
          aria-setsize={siblings}
          aria-expanded={isFolder ? isOpen : undefined}
          aria-selected={place === marked}
          class={place === hovered ? "hovered" : undefined}
          style={{ paddingLeft: `${depth * 1.1 + 0.25}rem` }}
          onClick={() => {
            mark(place);
            if (isFolder && place === marked) {
              toggle(place);
            }
          }}
          onFocus={() => place !== marked && mark(place)}
          onMouseEnter={() => hover(place)}
        >
          <span class="twisty" aria-hidden="true">
            {isFolder ? (isOpen ? "▾" : "▸") : ""}
          </span>
          <span class={isFolder ? "field-name structure" : "field-name"}>{field.name}</span>
          {field.value ? <span class="mono field-value"> {field.value}</span> : null}
          {field.meaning ? <span class="field-meaning"> {field.meaning}</span> : null}
          {field.mark ? <span class={field.mark === "malformed" ? "bad" : "muted"}> [{MARKS[field.mark]}]</span> : null}
        </div>
      ))}
    </div>
  );
}
