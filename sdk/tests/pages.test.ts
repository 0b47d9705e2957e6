// Lists that are longer than a page.

import type { Operation, ReplayedRow, SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TcpProxy } from "./support/proxy.js";
import { LabServer, TestServer } from "./support/server.js";

let lab: LabServer;
let server: TestServer;
let client: SMBReplayClient;

beforeAll(async () => {
  lab = await LabServer.start();
  server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
  client = server.client();
  server.putOffice();
  await client.ingestTrace({ path: "office.pcap" });
});

afterAll(async () => {
  await server.end();
  await lab.end();
});

test("operations come row by row, from all pages, once each", async () => {
  const whole = await client.getOperations(1);
  for (const limit of [7, whole.total, 10_000]) {
    const rows: Operation[] = [];
    for await (const row of client.operations(1, { limit })) {
      rows.push(row);
    }
    expect(rows).toEqual(whole.operations);
  }
});

test("what is chosen is chosen on all pages, also with a filter that is longer than an address", async () => {
  const filter = "smb2.nt_status != STATUS_SUCCESS";
  const long = `${filter} && !(${Array.from({ length: 300 }, (_, n) => `frame.number == ${n + 1_000_000}`).join(" || ")})`;
  const fields = ["command", "status_name"] as const;
  const whole = await client.getOperations(1, { filter, fields });
  for (const chosen of [filter, long]) {
    const rows: Operation[] = [];
    for await (const row of client.operations(1, { filter: chosen, fields, limit: 3 })) {
      rows.push(row);
    }
    expect(rows).toEqual(whole.operations);
    expect(rows.length).toBeGreaterThan(3);
  }
});

test("a page is fetched when it is needed", async () => {
  const proxy = await TcpProxy.start(server.port);
  let count = 0;
  for await (const _ of server.client({ baseUrl: proxy.url }).operations(1, { limit: 10 })) {
    count += 1;
    if (count === 15) {
      break;
    }
  }
  expect(proxy.requests.filter((request) => request.startsWith("GET"))).toHaveLength(2);
  await proxy.end();
});

test("operations of a replay come row by row", async () => {
  const { run } = await client.executeReplay(undefined, { all: true });
  const whole = await client.getReplayOperations("last");
  expect(whole.total).toBeGreaterThan(500);
  const rows: ReplayedRow[] = [];
  for await (const row of client.replayOperations(run ?? "", { limit: 100 })) {
    rows.push(row);
  }
  expect(rows).toEqual(whole.operations);
  const matched: ReplayedRow[] = [];
  for await (const row of client.replayOperations(run ?? "", { verdict: ["match", "skipped"], limit: 100 })) {
    matched.push(row);
  }
  expect(matched).toEqual(whole.operations.filter(({ verdict }) => verdict === "match" || verdict === "skipped"));
});
