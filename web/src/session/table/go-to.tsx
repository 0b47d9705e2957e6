// Goes to an operation by its number, or by a frame.

import { useEffect, useRef, useState } from "preact/hooks";
import { grouped } from "../../figures";
import { inWords } from "../../parts/trouble";
import { useAbout } from "../about";
import { operationOfFrame, placeOfOperation } from "./place";

export function GoTo({ filter, goTo }: { filter: string | undefined; goTo: (row: number) => void }) {
  const about = useAbout();
  const [by, setBy] = useState<"frame" | "operation">("frame");
  const [text, setText] = useState("");
  const [said, setSaid] = useState("");
  const giveUp = useRef<AbortController>(undefined);
  useEffect(() => () => giveUp.current?.abort(), []);

  const find = async () => {
    giveUp.current?.abort();
    const controller = new AbortController();
    giveUp.current = controller;
    const number = Number(text.replaceAll(",", ""));
    try {
      const op = by === "frame" ? await operationOfFrame(about, number, controller.signal) : number;
      if (op === undefined) {
        setSaid(`No operation of this session has frame ${grouped(number)}.`);
        return;
      }
      const { index, matches, total } = await placeOfOperation(about, op, filter, controller.signal);
      if (total === 0) {
        setSaid("No operation is shown.");
        return;
      }
      setSaid(
        matches
          ? ""
          : filter
            ? `Operation ${grouped(op)} does not match the filter, or is not in this session. This is the next one.`
            : `This session has no operation ${grouped(op)}. This is the next one.`,
      );
      goTo(Math.min(index, total - 1));
    } catch (error) {
      if (!controller.signal.aborted) {
        setSaid(error instanceof Error ? inWords(error) : String(error));
      }
    }
  };

  return (
    <form
      class="go-to"
      onSubmit={(event) => {
        event.preventDefault();
        if (/^[\d,]{1,13}$/.test(text)) {
          void find();
        } else {
          setSaid("Give a number.");
        }
      }}
    >
      <span id="go-to-label">Go to</span>
      <select
        aria-label="Go to what"
        value={by}
        onChange={(event) => setBy(event.currentTarget.value === "operation" ? "operation" : "frame")}
      >
        <option value="frame">frame</option>
        <option value="operation">operation</option>
      </select>
      <input
        type="text"
        inputMode="numeric"
        size={9}
        aria-label={`Number of the ${by}`}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button type="submit">Go</button>
      <span role="status" class="muted">
        {said}
      </span>
    </form>
  );
}
