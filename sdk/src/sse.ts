// Server-sent events (HTML, section 9.2.6), from the bytes of an answer. `EventSource` cannot be used: it sends no key.

/** An event as it was sent. */
export interface SentEvent {
  /** The last id that was sent, with this event or before it. */
  id: string | undefined;
  event: string;
  data: string;
}

/** Puts events together from pieces of text, wherever they are cut. */
export class EventParser {
  #pieces: string[] = [];
  #name = "";
  #data: string[] = [];
  #id: string | undefined;
  #endedWithReturn = false;
  #isFirst = true;

  /** Takes a piece; returns the events that are complete with it. */
  push(piece: string): SentEvent[] {
    let text = piece;
    if (this.#isFirst && text !== "") {
      this.#isFirst = false;
      text = text.replace(/^\uFEFF/, "");
    }
    // A line may end with CR, LF, or both, and both may come apart.
    if (this.#endedWithReturn && text.startsWith("\n")) {
      text = text.slice(1);
      this.#endedWithReturn = false;
    }
    if (text === "") {
      return [];
    }
    this.#endedWithReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|\n|\r/);
    const rest = lines.pop() ?? "";
    const events: SentEvent[] = [];
    for (const line of lines) {
      this.#pieces.push(line);
      const event = this.#line(this.#pieces.join(""));
      this.#pieces = [];
      if (event !== undefined) {
        events.push(event);
      }
    }
    if (rest !== "") {
      this.#pieces.push(rest);
    }
    return events;
  }

  #line(line: string): SentEvent | undefined {
    if (line === "") {
      return this.#dispatched();
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") {
      this.#name = value;
    } else if (field === "data") {
      this.#data.push(value);
    } else if (field === "id" && !value.includes("\0")) {
      this.#id = value;
    }
    return undefined;
  }

  #dispatched(): SentEvent | undefined {
    const event = { id: this.#id, event: this.#name === "" ? "message" : this.#name, data: this.#data.join("\n") };
    const isEvent = this.#data.length > 0;
    this.#name = "";
    this.#data = [];
    return isEvent ? event : undefined;
  }
}
