import { expect, it } from "vitest";
import { type Entry, found, linesOf, treeOf } from "./share-tree";

const entry = (path: string, kind: string): Entry => ({
  path,
  kind,
  appeared: false,
  attributes: null,
  before: true,
  deleted: false,
  described: false,
  frame: 1,
  linked: false,
  listings: 0,
  made: false,
  opens: 0,
  read: 0,
  renamed: false,
  renamed_to: null,
  resized: false,
  shown_bytes: 0,
  shown_bytes_after: 0,
  size: null,
  size_after: null,
  size_is_minimum: false,
  streams: [],
  why: null,
  written: 0,
});
const SHARES = [
  {
    share: "\\\\server\\share",
    entries: [entry("b.txt", "file"), entry("Mail\\Old\\a.txt", "file"), entry("Empty", "folder")],
    absent: [{ path: "desktop.ini", frame: 7 }],
  },
];
const names = (isOpen: boolean, text = "") =>
  linesOf(text ? found(treeOf(SHARES), text) : treeOf(SHARES), () => isOpen).map(
    ({ node, depth }) => `${depth} ${node.name}`,
  );

it("has folders that are known from paths alone, before files", () => {
  expect(names(true)).toEqual([
    "0 \\\\server\\share",
    "1 Empty",
    "1 Mail",
    "2 Old",
    "3 a.txt",
    "1 b.txt",
    "1 desktop.ini",
  ]);
  expect(names(false)).toEqual(["0 \\\\server\\share"]);
});

it("finds names with the folders above them", () => {
  expect(names(true, "a.t")).toEqual(["0 \\\\server\\share", "1 Mail", "2 Old", "3 a.txt"]);
});
