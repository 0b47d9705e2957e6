// Events come in pieces that are cut anywhere.

import { expect, test } from "vitest";
import { EventParser, type SentEvent } from "../src/sse.js";

const TEXT =
  '\uFEFF: a comment\r\n\r\nid: 1\r\nevent: state\r\ndata: "running"\r\n\r\n' +
  'event: progress\ndata: {"done": 1,\ndata:  "total": 2}\n\n' +
  'id: 2\revent:divergence\rdata: {"path": "größer 😀"}\r\r' +
  "id: 3\n\ndata\n\nevent: lost\n\n: sign of life\n\nid: 4\0\nunknown: x\ndata: last\n\ndata: without an end";

const EVENTS: SentEvent[] = [
  { id: "1", event: "state", data: '"running"' },
  { id: "1", event: "progress", data: '{"done": 1,\n "total": 2}' },
  { id: "2", event: "divergence", data: '{"path": "größer 😀"}' },
  { id: "3", event: "message", data: "" },
  { id: "3", event: "message", data: "last" },
];

test("wherever a stream is cut, its events are the same", () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let size = 1; size <= bytes.length; size += 1) {
    const [decoder, parser] = [new TextDecoder("utf-8", { ignoreBOM: true }), new EventParser()];
    const events: SentEvent[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      events.push(...parser.push(decoder.decode(bytes.subarray(at, at + size), { stream: true })));
    }
    expect(events, `pieces of ${size} bytes`).toEqual(EVENTS);
  }
});

test("an event of many megabytes is put together in a short time", () => {
  const parser = new EventParser();
  const piece = "x".repeat(1 << 12);
  parser.push("data: ");
  for (let count = 0; count < 4096; count += 1) {
    expect(parser.push(piece)).toEqual([]);
  }
  expect(parser.push("\n\n")[0]?.data.length).toBe(1 << 24);
});
