// One operation in full.

import { useEffect, useRef } from "preact/hooks";
import { type Answer, useAnswer } from "../../answer";
import { server } from "../../client";
import { duration, grouped } from "../../figures";
import { Facts } from "../../parts/facts";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { useAbout } from "../about";
import type { SessionRoute } from "../changed";
import { inSeconds } from "../instant";
import { commandOf, phraseOf, placeOf, statusOf } from "../operation-row";
import { OutcomeMark } from "../outcome-mark";
import { Chain } from "./chain";
import { Handle } from "./handle";
import { type InFull, rowOf } from "./in-full";
import { Message } from "./message";

export function OperationPanel({
  route,
  op,
  close,
  before,
  after,
}: {
  route: SessionRoute;
  op: number;
  close: () => void;
  /** Goes to the one before, among those of the table. */
  before: (() => void) | undefined;
  after: (() => void) | undefined;
}) {
  const about = useAbout();
  const panel = useRef<HTMLElement>(null);
  const answer: Answer<InFull> = useAnswer(
    (signal) => server().getOperation(about.name, op, { capture_path: about.trace }, { signal }),
    [about.trace, about.name, op],
  );
  useEffect(() => panel.current?.scrollTo(0, 0), [op]);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) {
        close();
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [close]);
  return (
    <aside ref={panel} class="operation" aria-label={`Operation ${grouped(op)}`}>
      <header class="row">
        <h2 class="operation-name">Operation {grouped(op)}</h2>
        <button type="button" disabled={!before} onClick={before}>
          ← Previous
        </button>
        <button type="button" disabled={!after} onClick={after}>
          Next →
        </button>
        <button type="button" class="plain" aria-label="Close the operation" title="Escape" onClick={close}>
          ×
        </button>
      </header>
      {answer.error ? <Trouble error={answer.error} again={answer.again} /> : null}
      {answer.waiting && !answer.value ? <Waiting what="Reading the operation" /> : null}
      {answer.value ? <Whole route={route} operation={answer.value} /> : null}
    </aside>
  );
}

function Whole({ route, operation }: { route: SessionRoute; operation: InFull }) {
  const row = rowOf(operation);
  const { timing, request, interim, response, hex } = operation;
  const phrase = phraseOf(row);
  const at = (nanoseconds: number | null) => (nanoseconds === null ? undefined : `${inSeconds(nanoseconds)} s`);
  const frame = (number: number | null | undefined) => (typeof number === "number" ? grouped(number) : undefined);
  const place = placeOf(row);
  return (
    <>
      <p class="operation-line">
        <strong>{commandOf(row)}</strong> <OutcomeMark {...statusOf(row)} />
        {place ? <span class="mono"> {place}</span> : null}
        {phrase ? <span> {phrase}</span> : null}
      </p>
      <Facts
        facts={[
          ["Request", at(timing.request_ns)],
          ["Interim response", at(timing.interim_ns)],
          ["Response", at(timing.response_ns)],
          [
            "Latency",
            timing.latency_ns === null
              ? undefined
              : `${duration(timing.latency_ns)} (${grouped(timing.latency_ns)} ns)`,
          ],
          [
            "Frames",
            [frame(row.request_frame), frame(row.interim_frame), frame(row.response_frame)].filter(Boolean).join(" → "),
          ],
          ["Share", row.share],
          ["TCP connection", row.connection],
          ["Signature", row.signature_state],
          ["Encrypted", row.encrypted ? "yes" : undefined],
          ["Compressed", row.compressed ? "yes" : undefined],
        ]}
      />
      {operation.chain.length > 0 ? <Chain route={route} chain={operation.chain} /> : null}
      {operation.handle ? <Handle route={route} handle={operation.handle} /> : null}
      {request ? (
        <Message key={`${row.op} request`} title="Request" message={request} dump={hex.request} />
      ) : (
        <p class="muted">The request was not captured, or there is none.</p>
      )}
      {interim ? (
        <Message key={`${row.op} interim`} title="Interim response" message={interim} dump={hex.interim} />
      ) : null}
      {response ? (
        <Message
          key={`${row.op} response`}
          title={row.kind === "notification" ? "Notification" : "Response"}
          message={response}
          dump={hex.response}
        />
      ) : (
        <p class="muted">No response was captured.</p>
      )}
    </>
  );
}
