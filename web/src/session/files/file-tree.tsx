// The tree of files (ARIA Authoring Practices: Tree View Pattern), of which those lines are in the page that are seen.

import { useEffect, useId, useRef } from "preact/hooks";
import { rowsSeen } from "../virtual/scale";
import { useScroll } from "../virtual/use-scroll";
import { became } from "./became";
import { isFolder, type NodeLine } from "./share-tree";

const ROW = 24;

export function FileTree({
  lines,
  chosen,
  choose,
  toggle,
}: {
  lines: NodeLine[];
  /** Key of the node that is chosen. */
  chosen: string | undefined;
  choose: (key: string) => void;
  toggle: (key: string, isOpen: boolean) => void;
}) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const { top, seen, onScroll, show } = useScroll(box, lines.length, ROW, 0);
  const { first, end } = rowsSeen(top, { rows: lines.length, rowHeight: ROW, seen });
  const at = Math.max(
    0,
    lines.findIndex(({ node }) => node.key === chosen),
  );
  useEffect(() => show(at), [at, show]);
  const to = (line: number) => {
    const target = lines[Math.min(Math.max(0, line), lines.length - 1)];
    if (target) {
      choose(target.node.key);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const line = lines[at];
    if (!line || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const page = Math.max(1, Math.floor(seen / ROW) - 1);
    const { node, isOpen, above } = line;
    const act: Record<string, () => void> = {
      ArrowDown: () => to(at + 1),
      ArrowUp: () => to(at - 1),
      PageDown: () => to(at + page),
      PageUp: () => to(at - page),
      Home: () => to(0),
      End: () => to(lines.length - 1),
      ArrowRight: () => (isOpen ? to(at + 1) : toggle(node.key, true)),
      ArrowLeft: () => (isOpen ? toggle(node.key, false) : above >= 0 ? to(above) : undefined),
      Enter: () => toggle(node.key, !isOpen),
      " ": () => toggle(node.key, !isOpen),
    };
    const action = act[event.key];
    if (action) {
      event.preventDefault();
      action();
    } else if (/^\S$/.test(event.key)) {
      const letter = event.key.toLowerCase();
      const next = [...lines.slice(at + 1), ...lines.slice(0, at)].find(({ node }) =>
        node.name.toLowerCase().startsWith(letter),
      );
      if (next) {
        choose(next.node.key);
      }
    }
  };
  return (
    <div
      ref={box}
      class="file-tree"
      role="tree"
      tabIndex={0}
      aria-label="Files of the session"
      aria-activedescendant={at >= first && at < end ? `${id}-${at}` : undefined}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
    >
      <div style={{ height: `${lines.length * ROW}px` }}>
        <div class="file-lines" style={{ height: `${seen}px` }}>
          {lines.slice(first, end).map(({ node, depth, isOpen, position, siblings }, place) => {
            const line = first + place;
            const said = became(node);
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys.
              <div
                key={node.key}
                id={`${id}-${line}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={depth + 1}
                aria-posinset={position}
                aria-setsize={siblings}
                aria-expanded={node.children.length > 0 ? isOpen : undefined}
                aria-selected={line === at}
                style={{
                  transform: `translateY(${Math.round(line * ROW - top)}px)`,
                  paddingLeft: `${depth * 1.1 + 0.25}rem`,
                }}
                onClick={() => choose(node.key)}
                onDblClick={() => toggle(node.key, !isOpen)}
              >
                <span class="twisty" aria-hidden="true" onClick={() => toggle(node.key, !isOpen)}>
                  {node.children.length > 0 ? (isOpen ? "▾" : "▸") : ""}
                </span>
                <span class={isFolder(node) ? "structure" : node.absent === undefined ? undefined : "muted"}>
                  {node.name}
                </span>
                {said ? <span class="muted"> — {said}</span> : null}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
