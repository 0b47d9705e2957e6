// What the session shows of one file or folder.

import { counted, grouped, size } from "../../figures";
import { Facts } from "../../parts/facts";
import type { SessionRoute } from "../changed";
import { both, quoted } from "../quote";
import { FilterLink } from "../statistics/filter-link";
import { became, changes } from "./became";
import { type FileNode, isFolder } from "./share-tree";

export function FileFacts({ route, node }: { route: SessionRoute; node: FileNode }) {
  const { entry, share, path, absent } = node;
  const ofShare = share ? `share == ${quoted(share)}` : undefined;
  const same = `(path == ${quoted(path)} || new_path == ${quoted(path)})`;
  const inside = `path matches ${quoted(`^${path.replace(/[\\^$.*+?()[\]{}|#&~-]/g, "\\$&")}\\\\`)}`;
  return (
    <section class="file-facts" aria-label="The file that is chosen" aria-live="polite">
      <h2>{node.name}</h2>
      <p class="row">
        {path === "" ? (
          ofShare ? (
            <FilterLink route={route} filter={ofShare}>
              Operations on this share
            </FilterLink>
          ) : null
        ) : (
          <>
            <FilterLink route={route} filter={ofShare ? `${ofShare} && ${same}` : same}>
              Operations of this {isFolder(node) ? "folder" : "file"}
            </FilterLink>
            {isFolder(node) ? (
              <FilterLink route={route} filter={both(ofShare, inside)}>
                Operations on what is in it
              </FilterLink>
            ) : null}
          </>
        )}
      </p>
      {absent === undefined ? null : <p>Nothing had this name: frame {grouped(absent)} shows it.</p>}
      {entry || absent !== undefined || path === "" ? null : <p>It is known from the paths of what is in it.</p>}
      <Facts
        facts={[
          ["Path", path || undefined],
          ["Share", share],
          ["In all", became(node) || undefined],
          ["What was done", changes(node) || undefined],
          ...(entry
            ? ([
                ["How it is known that it was there", entry.why],
                ["Size before", sized(entry.size, entry.size_is_minimum)],
                ["Contents before that are shown", entry.shown_bytes > 0 ? size(entry.shown_bytes) : undefined],
                ["Size at the end", sized(entry.size_after, false)],
                [
                  "Contents at the end that are shown",
                  entry.shown_bytes_after > 0 ? size(entry.shown_bytes_after) : undefined,
                ],
                ["Opened", counted(entry.opens, "time")],
                ["Listed", entry.listings > 0 ? counted(entry.listings, "time") : undefined],
                ["Read", entry.read > 0 ? sized(entry.read, false) : undefined],
                ["Written", entry.written > 0 ? sized(entry.written, false) : undefined],
                [
                  "Attributes before",
                  entry.attributes === null ? undefined : `0x${entry.attributes.toString(16).padStart(8, "0")}`,
                ],
                ["First frame", grouped(entry.frame)],
              ] satisfies [string, string | null | undefined][])
            : []),
        ]}
      />
      {entry && entry.streams.length > 0 ? (
        <>
          <h3>Named streams</h3>
          <ul>
            {entry.streams.map((stream) => (
              <li key={stream.name}>
                <span class="mono">{stream.name}</span>: {stream.before ? "was there" : "made"}
                {stream.size === null ? "" : `, ${size(stream.size)} before`}
                {stream.size_after === null ? "" : `, ${size(stream.size_after)} at the end`}
                {stream.deleted ? ", deleted or renamed" : ""}
              </li>
            ))}
          </ul>
        </>
      ) : null}
    </section>
  );
}

function sized(bytes: number | null, isLeast: boolean): string | undefined {
  return bytes === null ? undefined : `${isLeast ? "at least " : ""}${size(bytes)} (${grouped(bytes)} B)`;
}
