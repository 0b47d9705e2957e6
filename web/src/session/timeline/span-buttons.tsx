// Changes the time that is looked at.

import { address } from "../../route";
import type { SessionRoute } from "../changed";
import { changedSpan, type Span } from "./span";

export function SpanButtons({
  shown,
  span,
  all,
  zoomTo,
  href,
}: {
  shown: Span;
  /** `undefined`: all of it is looked at. */
  span: Span | undefined;
  /** Length of the session. */
  all: number;
  zoomTo: (span: Span | undefined) => void;
  /** The operations of this time. */
  href: SessionRoute | undefined;
}) {
  const button = (title: string, factor: number, shift: number, isOff = false) => (
    <button type="button" disabled={isOff} onClick={() => zoomTo(changedSpan(shown, factor, shift, all))}>
      {title}
    </button>
  );
  return (
    <fieldset class="row span-buttons" aria-label="Time that is shown">
      {button("Closer", 0.5, 0, shown.to - shown.from < 2)}
      {button("Wider", 2, 0, !span)}
      {button("← Earlier", 1, -0.5, !span || shown.from <= 0)}
      {button("Later →", 1, 0.5, !span || shown.to >= all)}
      <button type="button" disabled={!span} onClick={() => zoomTo(undefined)}>
        All of it
      </button>
      {href ? <a href={address(href)}>Operations of this time</a> : null}
    </fieldset>
  );
}
