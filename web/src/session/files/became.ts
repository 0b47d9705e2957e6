// What a file was before the session and what became of it, in words.

import { size } from "../../figures";
import type { FileNode } from "./share-tree";

/** A phrase for the line of a file. */
export function became({ entry, absent }: FileNode): string {
  if (!entry) {
    return absent === undefined ? "" : "not there";
  }
  const { before, made, appeared, deleted, renamed_to, renamed, size_after, kind, size_is_minimum } = entry;
  const parts = [before ? "was there" : made ? "made" : appeared ? "came from elsewhere" : "not there before"];
  if (kind !== "folder") {
    const was = entry.size === null ? undefined : `${size_is_minimum ? "at least " : ""}${size(entry.size)}`;
    const is = size_after === null || deleted ? undefined : size(size_after);
    if (was !== undefined && is !== undefined && entry.size !== size_after) {
      parts.push(`${was} → ${is}`);
    } else if (was !== undefined || is !== undefined) {
      parts.push(was ?? is ?? "");
    }
  }
  if (renamed_to !== null) {
    parts.push(`renamed to ${renamed_to}`);
  } else if (renamed) {
    parts.push("renamed");
  }
  if (deleted) {
    parts.push("deleted");
  }
  return parts.join(", ");
}

/** What was done with it. */
export function changes({ entry }: FileNode): string {
  if (!entry) {
    return "";
  }
  const { made, appeared, renamed, linked, resized, described, deleted, written } = entry;
  return [
    made ? "made" : "",
    appeared ? "came from somewhere that the session does not show" : "",
    written > 0 ? "written" : "",
    resized ? "resized or overwritten" : "",
    described ? "attributes, times or security set" : "",
    renamed ? "renamed or moved" : "",
    linked ? "given a further name" : "",
    deleted ? "deleted" : "",
  ]
    .filter(Boolean)
    .join(", ");
}
