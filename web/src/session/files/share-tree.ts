// The files of a session as a tree, made of their paths.

import type { Schema } from "@smbreplay/sdk";

export type Entry = Schema<"WithStreams">;

/** A share, a folder or a file. */
export interface FileNode {
  /** Unique among all. */
  key: string;
  name: string;
  share: string;
  /** Path in the share; empty for the share itself. */
  path: string;
  /** What the session shows of it; nothing for folders that are known from paths alone. */
  entry?: Entry;
  /** Frame that shows that nothing had this name. */
  absent?: number;
  children: FileNode[];
}

/** A node that is shown. */
export interface NodeLine {
  node: FileNode;
  depth: number;
  isOpen: boolean;
  position: number;
  siblings: number;
  /** The line of the folder it is in. */
  above: number;
}

/** The shares with all that is in them; folders first, by name. */
export function treeOf(shares: readonly Schema<"ShareTree">[]): FileNode[] {
  return shares.map(({ share, entries, absent }) => {
    const root: FileNode = { key: share, name: share || "(share not known)", share, path: "", children: [] };
    // Names are told apart as a server does that keeps them and compares without case.
    const nodes = new Map([["", root]]);
    const nodeAt = (path: string): FileNode => {
      const known = nodes.get(path.toLowerCase());
      if (known) {
        return known;
      }
      const cut = path.lastIndexOf("\\");
      const folder = nodeAt(cut < 0 ? "" : path.slice(0, cut));
      const node = { key: `${share}\\${path}`, name: path.slice(cut + 1), share, path, children: [] };
      folder.children.push(node);
      nodes.set(path.toLowerCase(), node);
      return node;
    };
    for (const entry of entries) {
      nodeAt(entry.path).entry = entry;
    }
    for (const { path, frame } of absent) {
      const node = nodeAt(path);
      if (!node.entry) {
        node.absent = frame;
      }
    }
    for (const node of nodes.values()) {
      node.children.sort(byKindAndName);
    }
    return root;
  });
}

export function isFolder({ entry, children }: FileNode): boolean {
  return children.length > 0 || entry?.kind === "folder";
}

function byKindAndName(one: FileNode, other: FileNode): number {
  const kind = Number(isFolder(other)) - Number(isFolder(one));
  const [name, otherName] = [one.name.toLowerCase(), other.name.toLowerCase()];
  return kind !== 0 ? kind : name < otherName ? -1 : name > otherName ? 1 : 0;
}

/** What is left of a tree when only names with `text` are looked for; folders above them stay. */
export function found(nodes: readonly FileNode[], text: string): FileNode[] {
  const wanted = text.toLowerCase();
  return nodes.flatMap((node) => {
    const children = found(node.children, text);
    return children.length > 0 || node.name.toLowerCase().includes(wanted) ? [{ ...node, children }] : [];
  });
}

/** The nodes that are shown when those of `open` are open. */
export function linesOf(nodes: readonly FileNode[], isOpen: (node: FileNode) => boolean): NodeLine[] {
  const lines: NodeLine[] = [];
  const walk = (nodes: readonly FileNode[], depth: number, above: number) => {
    for (const [number, node] of nodes.entries()) {
      const opened = node.children.length > 0 && isOpen(node);
      const line = lines.length;
      lines.push({ node, depth, isOpen: opened, position: number + 1, siblings: nodes.length, above });
      if (opened) {
        walk(node.children, depth + 1, line);
      }
    }
  };
  walk(nodes, 0, -1);
  return lines;
}
