// The files of a session: what they were before it, and what became of them.

import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { counted, grouped } from "../../figures";
import { Notice, Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { useAbout } from "../about";
import type { SessionRoute } from "../changed";
import { FileFacts } from "./file-facts";
import { FileTree } from "./file-tree";
import { found, linesOf, treeOf } from "./share-tree";

/** Trees with no more than so many names are opened as a whole. */
const FEW = 100;

export function FilesTab({ route }: { route: SessionRoute }) {
  const about = useAbout();
  const { value, error, again, waiting } = useAnswer(
    (signal) => server().getSessionTree(about.name, { capture_path: about.trace }, { signal }),
    [about.trace, about.name],
  );
  const [text, setText] = useState("");
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [chosen, setChosen] = useState<string>();
  const tree = useMemo(() => treeOf(value?.shares ?? []), [value]);
  const names = useMemo(
    () => (value?.shares ?? []).reduce((sum, { entries, absent }) => sum + entries.length + absent.length, 0),
    [value],
  );
  const shown = useMemo(() => (text.trim() === "" ? tree : found(tree, text.trim())), [tree, text]);
  const lines = useMemo(() => {
    const isSearch = text.trim() !== "";
    return linesOf(shown, (node) => turned.get(node.key) ?? (isSearch || node.path === "" || names <= FEW));
  }, [shown, turned, names, text]);
  if (!value) {
    return error ? <Trouble error={error} again={again} /> : waiting ? <Waiting what="Following the files" /> : null;
  }
  if (names === 0) {
    return <p>This session shows no files.</p>;
  }
  const node = lines.find((line) => line.node.key === chosen)?.node ?? lines[0]?.node;
  return (
    <>
      {value.left_out > 0 ? <Notice>{counted(value.left_out, "name")} left out: there are too many.</Notice> : null}
      {value.not_followed.length > 0 ? (
        <details>
          <summary>{counted(value.not_followed.length, "thing")} could not be followed</summary>
          <ul>
            {value.not_followed.slice(0, 200).map(({ frame, reason }) => (
              <li key={`${frame} ${reason}`}>
                frame {grouped(frame)}: {reason}
              </li>
            ))}
          </ul>
        </details>
      ) : null}
      <div class="row">
        <label class="inline">
          Find a name
          <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <button type="button" onClick={() => setTurned(new Map(lines.map(({ node }) => [node.key, false])))}>
          Close all
        </button>
        <span class="muted" role="status">
          {text.trim() === "" ? counted(names, "name") : shown.length === 0 ? "No name has this part." : ""}
        </span>
      </div>
      <div class="files">
        <FileTree
          lines={lines}
          chosen={node?.key}
          choose={setChosen}
          toggle={(key, isOpen) => setTurned((turned) => new Map(turned).set(key, isOpen))}
        />
        {node ? <FileFacts route={route} node={node} /> : null}
      </div>
    </>
  );
}
