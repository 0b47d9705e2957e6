// The handle that an operation uses: where it was opened and closed.

import type { Schema } from "@smbreplay/sdk";
import { counted, grouped } from "../../figures";
import { Facts } from "../../parts/facts";
import { address } from "../../route";
import { changed, type SessionRoute } from "../changed";
import { OperationLink } from "./operation-link";

export function Handle({ route, handle }: { route: SessionRoute; handle: Schema<"Handle"> }) {
  const { opened, closed, open, later } = handle;
  const uses = Object.entries(later);
  return (
    <section aria-label="Handle">
      <h3>
        Handle{" "}
        {open === null ? null : (
          <a href={address(changed(route, { tab: "operations", filter: `open == ${open}` }))}>all operations on it</a>
        )}
      </h3>
      <Facts
        facts={[
          ["Opened by", opened ? <Used route={route} use={opened} /> : "The capture began later."],
          ["Closed by", closed ? <Used route={route} use={closed} /> : "The capture shows no close."],
          ["Path", handle.path === "" ? "\\" : handle.path],
          ["Share", handle.share],
          ["User", handle.user],
          ["FileId", handle.file_id ? <span class="mono">{handle.file_id}</span> : null],
          ["Used before", counted(handle.earlier, "time")],
          ["Used later", uses.length > 0 ? uses.map(([name, count]) => `${grouped(count)} ${name}`).join(", ") : "not"],
          ["Access asked for", handle.access?.replaceAll("|", " | ")],
        ]}
      />
    </section>
  );
}

function Used({ route, use }: { route: SessionRoute; use: Schema<"Use"> }) {
  return (
    <>
      <OperationLink route={route} op={use.op} />
      {use.request_frame === null ? "" : `, frame ${grouped(use.request_frame)}`}
      {use.status ? `, ${use.status.replace(/^STATUS_/, "")}` : ""}
    </>
  );
}
