// A table of any number of rows, of which those are in the page that are seen.

// biome-ignore-all lint/a11y/useSemanticElements: rows of a table cannot be placed one by one.
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and tells its active descendant.

import type { ComponentChildren, Ref } from "preact";
import { useEffect, useId, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Cell, cellAfter, pressesButton } from "./keys";
import { barHeight, rowsSeen } from "./scale";
import { useScroll } from "./use-scroll";

/** Height of a row and of the head, pixels. */
const ROW = 24;
const HEAD = 28;

/** A column. */
export interface GridColumn<Row> {
  key: string;
  title: string;
  /** Pixels. */
  width: number;
  /** Takes what room there is. */
  grows?: boolean;
  isNumber?: boolean;
  /** What a cell shows; `next` is the row behind it, where it is known. */
  cell: (row: Row, next: Row | undefined) => ComponentChildren;
  /** All of it, where a cell may be cut. */
  whole?: (row: Row) => string | undefined;
}

export interface GridHandle {
  /** Goes to a row, with the keyboard too if `focus` is set. */
  goTo: (row: number, focus?: boolean) => void;
}

interface Properties<Row> {
  label: string;
  columns: GridColumn<Row>[];
  /** How many rows there are. */
  rows: number;
  /** A row, or `undefined` as long as it is not there yet. */
  row: (index: number) => Row | undefined;
  /** These rows are seen now, up to before `end`. */
  onSeen: (first: number, end: number) => void;
  /** Enter, or a double click. */
  onOpen?: ((index: number) => void) | undefined;
  /** The key or button for what else can be done with a cell. */
  onMenu?: ((cell: Cell, at: DOMRect) => void) | undefined;
  /** The row that is open elsewhere. */
  chosen?: number | undefined;
  /** A class of the row. */
  rowClass?: ((row: Row) => string | undefined) | undefined;
  handle?: Ref<GridHandle>;
}

/** `role=grid`; the keys are those of the ARIA Authoring Practices. */
export function Grid<Row>(properties: Properties<Row>) {
  const { label, columns, rows, row, onSeen, onOpen, onMenu, chosen, rowClass, handle } = properties;
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const { top, seen, onScroll, show } = useScroll(scroller, rows, ROW, HEAD);
  const [active, setActive] = useState<Cell>({ row: 0, column: 0 });
  const extent = { rows, rowHeight: ROW, seen };
  const { first, end } = rowsSeen(top, extent);
  const indices = useMemo(() => Array.from({ length: end - first }, (_, place) => first + place), [first, end]);
  const slots = Math.ceil(seen / ROW) + 2;
  const template = columns.map(({ width, grows }) => (grows ? `minmax(${width}px, 1fr)` : `${width}px`)).join(" ");
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  const isActive = (row: number, column: number) => active.row === row && active.column === column;

  useEffect(() => onSeen(first, end), [first, end, onSeen]);
  // What is open stays in sight when the room for rows gets smaller: at once, since later it would undo what a key has done.
  useLayoutEffect(() => {
    if (chosen !== undefined) {
      show(chosen);
    }
  }, [chosen, seen, show]);
  useEffect(() => {
    if (active.row >= rows || active.column >= columns.length) {
      setActive({
        row: Math.max(0, Math.min(active.row, rows - 1)),
        column: Math.max(0, Math.min(active.column, columns.length - 1)),
      });
    }
  }, [rows, columns.length, active]);
  useImperativeHandle(
    handle ?? null,
    () => ({
      goTo: (row, focus = false) => {
        setActive((cell) => ({ ...cell, row }));
        show(row, "around");
        if (focus) {
          scroller.current?.focus();
        }
      },
    }),
    [show],
  );

  const cellOf = (target: EventTarget | null): Cell | undefined => {
    const cell = target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
    return cell ? { row: Number(cell.dataset.row), column: Number(cell.dataset.column) } : undefined;
  };
  const openMenu = (cell: Cell) => {
    const element = document.getElementById(`${id}-${cell.row}-${cell.column}`) ?? scroller.current;
    if (element && onMenu) {
      // The menu gives the focus back to what had it, and the button is hidden by then.
      scroller.current?.focus({ preventScroll: true });
      onMenu(cell, element.getBoundingClientRect());
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isOnButton = event.target instanceof Element && event.target.closest("button") !== null;
    if (isOnButton && pressesButton(event)) {
      return;
    }
    const page = Math.max(1, Math.floor(seen / ROW) - 1);
    const next = cellAfter(event, active, { rows, columns: columns.length, page });
    if (next) {
      event.preventDefault();
      if (isOnButton) {
        // The button goes with its cell, and would take the focus along.
        scroller.current?.focus({ preventScroll: true });
      }
      setActive(next);
      show(next.row);
      const column = columns.slice(0, next.column).reduce((sum, column) => sum + column.width, 0);
      const element = scroller.current;
      if (element && next.column !== active.column) {
        const right = column + (columns[next.column]?.width ?? 0) - element.clientWidth;
        element.scrollLeft = Math.min(Math.max(element.scrollLeft, right), column);
      }
    } else if (event.key === "Enter" && !event.altKey && rows > 0) {
      event.preventDefault();
      onOpen?.(active.row);
    } else if ((event.key === "F10" && event.shiftKey) || event.key === "ContextMenu" || event.key === "F2") {
      event.preventDefault();
      openMenu(active);
    }
  };

  return (
    <div
      ref={scroller}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows + 1}
      aria-colcount={columns.length}
      aria-activedescendant={
        active.row >= first && active.row < end ? `${id}-${active.row}-${active.column}` : undefined
      }
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const cell = cellOf(event.target);
        if (cell) {
          setActive(cell);
          if (!(event.target instanceof Element && event.target.closest("button"))) {
            onOpen?.(cell.row);
          }
        }
      }}
      onContextMenu={(event) => {
        const cell = cellOf(event.target);
        if (cell && onMenu) {
          event.preventDefault();
          setActive(cell);
          onMenu(cell, new DOMRect(event.clientX, event.clientY, 0, 0));
        }
      }}
    >
      <div class="grid-height" style={{ height: `${barHeight(extent) + HEAD}px`, minWidth: `${width}px` }}>
        <div class="grid-seen">
          <div role="rowgroup">
            <div
              class="grid-head"
              role="row"
              aria-rowindex={1}
              style={{ gridTemplateColumns: template, height: `${HEAD}px` }}
            >
              {columns.map((column, place) => (
                <div
                  key={column.key}
                  role="columnheader"
                  aria-colindex={place + 1}
                  class={column.isNumber ? "number" : undefined}
                >
                  {column.title === "" ? <span class="unseen">{column.key}</span> : column.title}
                </div>
              ))}
            </div>
          </div>
          <div role="rowgroup" class="grid-rows" style={{ height: `${seen}px` }}>
            {indices.map((index) => {
              const value = row(index);
              const kind = [index === chosen ? "chosen" : "", index % 2 === 1 ? "odd" : "", value && rowClass?.(value)];
              return (
                <div
                  // Elements are used again for other rows: scrolling through millions makes no new ones.
                  key={index % slots}
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={index === chosen}
                  aria-busy={value === undefined ? "true" : undefined}
                  class={kind.filter(Boolean).join(" ")}
                  style={{
                    gridTemplateColumns: template,
                    height: `${ROW}px`,
                    transform: `translateY(${Math.round(index * ROW - top)}px)`,
                  }}
                >
                  {columns.map((column, place) => (
                    <div
                      key={column.key}
                      id={`${id}-${index}-${place}`}
                      role="gridcell"
                      aria-colindex={place + 1}
                      data-row={index}
                      data-column={place}
                      class={`${column.isNumber ? "number" : ""} ${isActive(index, place) ? "active" : ""}`}
                      title={value === undefined ? undefined : column.whole?.(value)}
                    >
                      {value === undefined ? (
                        <span class="placeholder">{place === 0 ? <span class="unseen">Loading</span> : null}</span>
                      ) : (
                        column.cell(value, index + 1 < rows ? row(index + 1) : undefined)
                      )}
                      {onMenu && isActive(index, place) ? (
                        <button
                          type="button"
                          class="cell-menu"
                          tabIndex={-1}
                          aria-label={`More for ${column.title || column.key}`}
                          onClick={() => openMenu({ row: index, column: place })}
                        >
                          ⋯
                        </button>
                      ) : null}
                    </div>
                  ))}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}
