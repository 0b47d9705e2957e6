// Events of a job, across what breaks in between.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { JobEvent, SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLarge } from "./support/large.js";
import { answer, TcpProxy } from "./support/proxy.js";
import { LabServer, TestServer } from "./support/server.js";

let lab: LabServer;
let server: TestServer;
let client: SMBReplayClient;

beforeAll(async () => {
  lab = await LabServer.start();
  mkdirSync(join(lab.share, "Nowhere"));
  server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
  client = server.client();
  server.putOffice();
  writeLarge(join(server.home, "cases", "2010101010", "large.pcap"), 400);
  await client.ingestTrace({ path: "office.pcap" });
});

afterAll(async () => {
  await server.end();
  await lab.end();
});

async function all(events: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const found: JobEvent[] = [];
  for await (const event of events) {
    found.push(event);
  }
  return found;
}

/** Events that are told once. */
function numbered(events: JobEvent[]): JobEvent[] {
  return events.filter((event) => "id" in event);
}

test("a replay tells its divergences, and behind its end nothing comes", async () => {
  const job = await client.startReplay(undefined, { all: true, capture_path: "office.pcap" });
  const events = await all(job.events());
  const end = events.at(-1);
  expect(end?.type === "end" && end.data.state).toBe("done");
  expect(events.filter((event) => event.type === "end")).toHaveLength(1);
  expect(numbered(events).map((event) => "id" in event && Number(event.id))).toEqual(
    numbered(events).map((_, index) => index + 1),
  );
  expect(events.filter((event) => event.type === "divergence").length).toBeGreaterThan(0);
  // Who comes later is told the same, and who has seen a part the rest.
  expect(numbered(await all(client.jobEvents(job.id)))).toEqual(numbered(events));
  const rest = await all(client.jobEvents(job.id, { lastEventId: "2" }));
  expect(numbered(rest)).toEqual(numbered(events).slice(2));
});

test("a connection that breaks again and again loses nothing and tells nothing twice", async () => {
  const job = await client.startReplay(undefined, { all: true, capture_path: "office.pcap", pace: "asap" });
  await job.result();
  const whole = numbered(await all(job.events()));
  const proxy = await TcpProxy.start(server.port);
  const through = server.client({ baseUrl: proxy.url });
  proxy.treat("cut", answer("503 Service Unavailable"), answer("502 Bad Gateway"));
  const events: JobEvent[] = [];
  // Cuts the stream in the midst of an event, whose part must not be taken for one.
  proxy.cutAfter(700, 900, 1100, 1300, 1500);
  for await (const event of through.jobEvents(job.id)) {
    events.push(event);
  }
  expect(numbered(events)).toEqual(whole);
  expect(events.at(-1)?.type).toBe("end");
  const asked = proxy.requests.map((request) => /last-event-id: (\d+)/i.exec(request)?.[1]).filter(Boolean);
  expect(asked.length).toBeGreaterThan(1);
  await proxy.end();
});

test("a job whose server is killed and started again is interrupted", async () => {
  const job = await client.startIngest({ path: "large.pcap" });
  const events: JobEvent[] = [];
  let again: Promise<void> | undefined;
  for await (const event of job.events()) {
    events.push(event);
    if (event.type === "progress" && again === undefined) {
      again = server.kill().then(() => server.startAgain());
    }
  }
  await again;
  const end = events.at(-1);
  expect(end?.type === "end" && end.data.state).toBe("interrupted");
  await expect(job.result()).rejects.toMatchObject({ status: 503, code: "unavailable", job: { state: "interrupted" } });
});

test("a server that does not come back is told after a while", async () => {
  const other = await TestServer.start();
  other.putOffice();
  const job = await other.client().startIngest({ path: "office.pcap" });
  await job.result();
  await other.end();
  await expect(all(job.events({ patience: 600 }))).rejects.toMatchObject({ name: "NetworkError" });
});

test("who stops listening ends the request", async () => {
  const job = await client.startIngest({ path: "large.pcap", force: true });
  const proxy = await TcpProxy.start(server.port);
  for await (const event of server.client({ baseUrl: proxy.url }).jobEvents(job.id)) {
    if (event.type === "progress") {
      break;
    }
  }
  await expect.poll(() => proxy.closed).toBe(2);
  expect((await job.get()).state).toBe("running");
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 50);
  await expect(all(job.events({ signal: controller.signal }))).rejects.toThrow("enough");
  await job.cancel();
  await proxy.end();
});
