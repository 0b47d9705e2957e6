// Long work: followed to its end, cancelled, or left alone.

import { join } from "node:path";
import { type JobState, NotFoundError, type SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLarge } from "./support/large.js";
import { answer, TcpProxy } from "./support/proxy.js";
import { TestServer } from "./support/server.js";

let server: TestServer;
let client: SMBReplayClient;

beforeAll(async () => {
  server = await TestServer.start();
  client = server.client();
  server.putOffice();
  writeLarge(join(server.home, "cases", "2010101010", "large.pcap"), 400);
});

afterAll(() => server.end());

/** Aborted once the first progress was told. */
function abortOnProgress() {
  const controller = new AbortController();
  return { signal: controller.signal, onProgress: () => controller.abort(new Error("enough")) };
}

test("an abort in the midst of an ingest cancels its job", async () => {
  await expect(client.ingestTrace({ path: "large.pcap" }, abortOnProgress())).rejects.toThrow("enough");
  const [job] = (await client.listJobs({ kind: "ingest" })).jobs;
  // The job was asked to end before the call was rejected.
  await expect(client.job(job?.id ?? "").result()).rejects.toMatchObject({ status: 409, code: "cancelled" });
  expect((await client.getJob(job?.id ?? "")).state).toBe("cancelled");
  await expect(client.listSessions({ capture_path: "large.pcap" })).rejects.toMatchObject({ code: "not_ingested" });
});

test("an abort while a job is being asked for ends it, too", async () => {
  const before = (await client.listJobs()).total;
  const controller = new AbortController();
  const started = client.startIngest({ path: "large.pcap" }, { signal: controller.signal });
  controller.abort(new Error("at once"));
  await expect(started).rejects.toThrow("at once");
  const { jobs, total } = await client.listJobs();
  expect(total).toBe(before + 1);
  await client
    .job(jobs[0]?.id ?? "")
    .result()
    .catch(() => undefined);
  expect((await client.getJob(jobs[0]?.id ?? "")).state).toBe("cancelled");
  const late = client.startIngest({ path: "large.pcap" }, { signal: controller.signal });
  await expect(late).rejects.toThrow("at once");
  expect((await client.listJobs()).total).toBe(before + 1);
});

test("a job that is to be kept goes on behind an abort", async () => {
  const call = client.ingestTrace({ path: "large.pcap" }, { ...abortOnProgress(), keepOnAbort: true });
  await expect(call).rejects.toThrow("enough");
  const [job] = (await client.listJobs({ kind: "ingest" })).jobs;
  expect(job?.state).toBe("running");
  await client.cancelJob(job?.id ?? "");
  await expect(client.job(job?.id ?? "").result()).rejects.toMatchObject({ code: "cancelled", job: { id: job?.id } });
});

test("the time limit of a request is none of the work", async () => {
  const patient = server.client({ timeout: 500 });
  const states: JobState[] = [];
  const start = performance.now();
  const done = await patient.ingestTrace({ path: "large.pcap" }, { onState: (state) => states.push(state) });
  expect(performance.now() - start).toBeGreaterThan(500);
  expect(done).toMatchObject({ success: true, unchanged: false });
  expect(states).toEqual(["running", "done"]);
});

test("what a job fails with is what its request would have been answered with", async () => {
  await client.uploadTrace(new Uint8Array(await pcapWithoutPackets()), { name: "empty.pcap" });
  const error = await client.ingestTrace({ path: "empty.pcap" }).catch((error: unknown) => error);
  const answered = await fetch(`${server.url}/api/traces/ingest`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ path: "empty.pcap" }),
  });
  const { error: message, code } = await answered.json();
  expect(error).toMatchObject({ name: "APIError", status: answered.status, code, message });
  expect(error).toMatchObject({ status: 422, code: "not_a_capture", job: { state: "failed", kind: "ingest" } });
  await expect(client.ingestTrace({ path: "nowhere.pcap" })).rejects.toBeInstanceOf(NotFoundError);
});

test("a handle starts, tells and ends its job", async () => {
  const handle = await client.startIngest({ path: "large.pcap", force: true });
  expect((await handle.get()).kind).toBe("ingest");
  await handle.cancel();
  const types: string[] = [];
  for await (const event of handle.events()) {
    types.push(event.type);
  }
  expect(types.at(-1)).toBe("end");
  await expect(client.job("0".repeat(32)).result()).rejects.toBeInstanceOf(NotFoundError);
});

test("who cannot reach the server any more is not kept from aborting", async () => {
  const proxy = await TcpProxy.start(server.port);
  const controller = new AbortController();
  const through = server.client({ baseUrl: proxy.url });
  proxy.treat(answer("503 Service Unavailable"), "silence");
  await expect(through.startIngest({ path: "large.pcap" })).rejects.toMatchObject({ status: 503 });
  const call = through.startIngest({ path: "large.pcap" }, { signal: controller.signal });
  setTimeout(() => controller.abort(new Error("gone")), 50);
  await expect(call).rejects.toThrow("gone");
  await proxy.end();
});

async function pcapWithoutPackets(): Promise<ArrayBuffer> {
  const header = new DataView(new ArrayBuffer(24));
  header.setUint32(0, 0xa1b2c3d4);
  header.setUint16(4, 2);
  header.setUint16(6, 4);
  header.setUint32(16, 65536);
  header.setUint32(20, 1);
  return header.buffer;
}
