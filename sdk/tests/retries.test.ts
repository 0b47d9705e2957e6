// What reads is tried again, and nothing else.

import { SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { retryAfter } from "../src/retry-after.js";
import { answer, TcpProxy } from "./support/proxy.js";
import { TestServer } from "./support/server.js";

let server: TestServer;
let proxy: TcpProxy;
let client: SMBReplayClient;

beforeAll(async () => {
  server = await TestServer.start();
  server.putOffice();
});

afterAll(() => server.end());

beforeEach(async () => {
  proxy = await TcpProxy.start(server.port);
  client = new SMBReplayClient({ baseUrl: proxy.url });
  return () => proxy.end();
});

test("a GET is tried again behind 502, 503, 504 and a connection that was cut", async () => {
  for (const broken of [
    answer("503 Service Unavailable"),
    answer("502 Bad Gateway"),
    answer("504 No"),
    "cut" as const,
  ]) {
    const before = proxy.requests.length;
    proxy.treat(broken);
    expect(await client.healthCheck()).toMatchObject({ status: "ok" });
    expect(proxy.requests.length - before).toBe(2);
    proxy.cut();
  }
});

test("an answer that breaks off is asked for again", async () => {
  proxy.treat({ answer: 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"status": "o' });
  expect(await client.healthCheck()).toMatchObject({ status: "ok" });
});

test("after the retries the last error is told", async () => {
  proxy.treat(answer("503 A"), answer("503 B"), answer("503 C"));
  await expect(client.healthCheck()).rejects.toMatchObject({ status: 503 });
  expect(proxy.requests).toHaveLength(3);
});

test("Retry-After is kept to, and a wish for an hour is told", async () => {
  proxy.treat(answer("503 Service Unavailable", { "Retry-After": "1" }));
  const start = performance.now();
  await client.healthCheck();
  expect(performance.now() - start).toBeGreaterThan(990);
  proxy.cut();
  proxy.treat(answer("503 Service Unavailable", { "Retry-After": "3600" }));
  await expect(client.healthCheck()).rejects.toMatchObject({ status: 503, retryAfter: 3_600_000 });
  expect(retryAfter("Fri, 27 Nov 2026 13:00:10 GMT", Date.parse("2026-11-27T13:00:00Z"))).toBe(10_000);
  expect([retryAfter("soon"), retryAfter(null)]).toEqual([undefined, undefined]);
});

test("what changes something is sent once", async () => {
  const calls: (() => Promise<unknown>)[] = [
    () => client.updateConfig({ max_wait: 6 }),
    () => client.ingestTrace({ path: "office.pcap" }),
    () => client.executeReplay(1),
    () => client.setupInfrastructure(1),
    () => client.validateReplay(1),
    () => client.cancelJob("1"),
    () => client.deleteReplay("1"),
    () => client.deleteTrace({ capture_path: "office.pcap" }),
    () => client.uploadTrace(new Uint8Array(8), { name: "a.pcap" }),
  ];
  for (const call of calls) {
    proxy.treat(answer("503 Service Unavailable"));
    const before = proxy.requests.filter((request) => request.includes(" HTTP/1.1")).length;
    await expect(call()).rejects.toMatchObject({ status: 503 });
    expect(proxy.requests.filter((request) => request.includes(" HTTP/1.1"))).toHaveLength(before + 1);
  }
});

test("a search reads, though it is a POST", async () => {
  await client.ingestTrace({ path: "office.pcap" });
  proxy.cut();
  proxy.treat(answer("503 Service Unavailable"));
  expect((await client.searchOperations(1, { limit: 1 })).operations).toHaveLength(1);
});
