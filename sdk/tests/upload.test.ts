// Captures go up as what they are.

import { createHash } from "node:crypto";
import { copyFileSync, openAsBlob, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TcpProxy } from "./support/proxy.js";
import { OFFICE, TestServer } from "./support/server.js";

let server: TestServer;
let client: SMBReplayClient;

beforeAll(async () => {
  server = await TestServer.start({ args: ["--max-upload", "1"] });
  client = server.client();
});

afterAll(() => server.end());

const PIECE = 1 << 20;

/** So many MiB that begin as a capture does; `taken` tells how many were asked for. */
function large(mebibytes: number): { stream: ReadableStream<Uint8Array>; hash: () => string; taken: () => number } {
  const hash = createHash("sha256");
  let taken = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(out) {
        if (taken === mebibytes) {
          out.close();
          return;
        }
        const piece = new Uint8Array(PIECE).fill(taken);
        if (taken === 0) {
          piece.set([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0]);
        }
        taken += 1;
        hash.update(piece);
        out.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, hash: () => hash.digest("hex"), taken: () => taken };
}

test("bytes, buffers, blobs and files are the same capture", async () => {
  const bytes = readFileSync(OFFICE);
  const buffer = new Uint8Array(bytes).buffer;
  const all = { bytes: new Uint8Array(buffer), buffer, blob: new Blob([buffer]), file: await openAsBlob(OFFICE) };
  for (const [name, capture] of Object.entries(all)) {
    const told: [number, number | undefined][] = [];
    const onProgress = (sent: number, total: number | undefined) => told.push([sent, total]);
    const uploaded = await client.uploadTrace(capture, { name: `${name}.pcap` }, { onProgress });
    expect(readFileSync(uploaded.path).equals(bytes), name).toBe(true);
    expect(told.at(-1), name).toEqual([bytes.length, bytes.length]);
  }
});

test("a large stream goes up piece by piece, and is never in memory as a whole", async () => {
  const { stream, hash } = large(200);
  const told: number[] = [];
  let most = 0;
  const onProgress = (sent: number) => {
    told.push(sent);
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  };
  const before = process.memoryUsage().arrayBuffers;
  const uploaded = await client.uploadTrace(stream, { name: "large.pcap" }, { onProgress });
  expect(uploaded.size).toBe(200 * PIECE);
  expect(createHash("sha256").update(readFileSync(uploaded.path)).digest("hex")).toBe(hash());
  expect(told).toEqual(Array.from({ length: 200 }, (_, n) => (n + 1) * PIECE));
  expect(most - before).toBeLessThan(150 * PIECE);
});

test("an aborted upload leaves nothing", async () => {
  const controller = new AbortController();
  const { stream, taken } = large(500);
  const onProgress = (sent: number) => sent > 20 * PIECE && controller.abort(new Error("enough"));
  const call = client.uploadTrace(stream, { name: "aborted.pcap" }, { onProgress, signal: controller.signal });
  await expect(call).rejects.toThrow("enough");
  expect(taken()).toBeLessThan(100);
  expect((await client.listTraces()).traces.map(({ name }) => name)).not.toContain("aborted.pcap");
});

test("what is too large, there already or no capture is refused", async () => {
  const path = join(server.home, "sparse.pcap");
  copyFileSync(OFFICE, path);
  truncateSync(path, (1 << 30) + 1);
  const blob = await openAsBlob(path);
  const call = client.uploadTrace(blob, { name: "too-large.pcap" });
  await expect(call).rejects.toMatchObject({ status: 413, code: "too_large" });
  const office = await openAsBlob(OFFICE);
  await client.uploadTrace(office, { name: "twice.pcap" });
  await expect(client.uploadTrace(office, { name: "TWICE.pcap" })).rejects.toMatchObject({ status: 409 });
  // Also when much of it is on its way: the answer is told, not that the connection was closed.
  const again = client.uploadTrace(large(300).stream, { name: "twice.pcap" });
  await expect(again).rejects.toMatchObject({ status: 409, code: "conflict" });
  const text = new Blob(["no capture at all"]);
  await expect(client.uploadTrace(text, { name: "text.pcap" })).rejects.toMatchObject({ code: "not_a_capture" });
});

test("an upload that goes on is not timed out, and one that does not is", async () => {
  const slow = new ReadableStream<Uint8Array>({
    async start(out) {
      const bytes = new Uint8Array(readFileSync(OFFICE));
      for (let at = 0; at < 8; at += 1) {
        await new Promise((done) => setTimeout(done, 200));
        out.enqueue(bytes.subarray((bytes.length * at) >> 3, (bytes.length * (at + 1)) >> 3));
      }
      out.close();
    },
  });
  const uploaded = await client.uploadTrace(slow, { name: "slow.pcap" }, { timeout: 1_000 });
  expect(readFileSync(uploaded.path).equals(readFileSync(OFFICE))).toBe(true);
  const proxy = await TcpProxy.start(server.port);
  proxy.treat("silence");
  const through = server.client({ baseUrl: proxy.url, timeout: 300 });
  const call = through.uploadTrace(new Uint8Array(10), { name: join("silent.pcap") });
  await expect(call).rejects.toMatchObject({ name: "TimeoutError" });
  await proxy.end();
});
