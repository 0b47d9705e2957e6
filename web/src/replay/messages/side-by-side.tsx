// A captured and a live message beside each other, field by field.

import type { Answer } from "@smbreplay/sdk";
import { useState } from "preact/hooks";
import { counted, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { HexDumps } from "./hex-dump";
import { type Line, MeaningMark } from "./marks";

type Messages = Answer<"getReplayOperation">["request"];
type Cell = Line["captured"];

/** Deeper structures are not indented further. */
const DEEPEST = 10;

/** Two messages; `kind` names them where the server does not. */
export function SideBySide({
  kind,
  row,
  messages,
  isOpen,
  onlyDifferent,
}: {
  kind: string;
  row: number;
  messages: Messages;
  isOpen: boolean;
  onlyDifferent: boolean;
}) {
  const [shown, setShown] = useState(isOpen);
  const name = messages.name || kind;
  return (
    <details class="pair-of-messages" open={isOpen} onToggle={(event) => setShown(event.currentTarget.open)}>
      <summary>
        <strong>{name}</strong> <span class="muted">{lengths(messages)}</span>
      </summary>
      {shown ? <Fields name={`${name} of row ${row}`} messages={messages} onlyDifferent={onlyDifferent} /> : null}
    </details>
  );
}

function Fields({ name, messages, onlyDifferent }: { name: string; messages: Messages; onlyDifferent: boolean }) {
  const { lines, left_out, captured, live } = messages;
  if (lines.length === 0) {
    return <p class="muted">There is no message, captured or live.</p>;
  }
  const shown = onlyDifferent ? lines.filter(({ meaning }) => meaning !== "same") : lines;
  return (
    <>
      {shown.length === 0 ? (
        <p class="muted">No field differs.</p>
      ) : (
        <Scrolled label={`Fields of ${name}`}>
          <table class="messages">
            <thead>
              <tr>
                <th>Field</th>
                <th class="mark-column">
                  <span class="unseen">Difference</span>
                </th>
                <th>Captured</th>
                <th>Live</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((line, place) => (
                <tr key={place} class={line.meaning}>
                  <th scope="row" style={{ paddingLeft: `${0.4 + Math.min(line.depth, DEEPEST) * 1.1}rem` }}>
                    {line.name}
                  </th>
                  <td class="mark-column">
                    <MeaningMark line={line} />
                  </td>
                  <Value cell={line.captured} />
                  <Value cell={line.live} />
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
      {left_out > 0 ? <p class="muted">{counted(left_out, "more field")}: not shown.</p> : null}
      <Bytes name={name} captured={captured} live={live} />
    </>
  );
}

function Bytes({ name, captured, live }: { name: string } & Pick<Messages, "captured" | "live">) {
  return (
    <details class="bytes">
      <summary>Bytes</summary>
      <HexDumps name={name} captured={captured} live={live} />
    </details>
  );
}

function Value({ cell }: { cell: Cell }) {
  return cell ? (
    <td title={`offset ${cell.offset}, ${counted(cell.length, "byte")}`}>{cell.value}</td>
  ) : (
    <td class="muted">not there</td>
  );
}

function lengths({ captured, live }: Messages): string {
  const told = (dump: Messages["captured"], side: string) =>
    dump ? `${grouped(dump.length)} bytes ${side}` : `none ${side}`;
  return `${told(captured, "captured")}, ${told(live, "live")}`;
}
