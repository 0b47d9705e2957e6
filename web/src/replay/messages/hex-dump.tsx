// The bytes of a message, captured and live.

import type { Answer } from "@smbreplay/sdk";
import { counted } from "../../figures";
import { Scrolled } from "../../parts/scrolled";

type Dump = Answer<"getReplayOperation">["request"]["captured"];

/** Both dumps beside each other. */
export function HexDumps({ name, captured, live }: { name: string; captured: Dump; live: Dump }) {
  return (
    <div class="dumps">
      <HexDump name={name} side="captured" dump={captured} />
      <HexDump name={name} side="live" dump={live} />
    </div>
  );
}

function HexDump({ name, side, dump }: { name: string; side: "captured" | "live"; dump: Dump }) {
  return (
    <figure>
      <figcaption>
        {side === "captured" ? "Captured" : "Live"}
        {dump ? `, ${counted(dump.length, "byte")}` : ""}
      </figcaption>
      {dump ? (
        <Scrolled label={`Bytes of ${name}, ${side}`} class="bounded">
          <pre>{dump.hex}</pre>
        </Scrolled>
      ) : (
        <p class="muted">There is no message.</p>
      )}
      {dump && dump.left_out > 0 ? <p class="muted">{counted(dump.left_out, "more byte")}: not shown.</p> : null}
    </figure>
  );
}
