// Each method against a server that does what it is asked.

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Divergence, JobProgress, SMBReplayClient } from "@smbreplay/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LabServer, OFFICE, TestServer } from "./support/server.js";

let lab: LabServer;
let server: TestServer;
let client: SMBReplayClient;
let run: string;
const divergences: Divergence[] = [];
/** The capture that most of this is about: without it the one that was ingested last is meant. */
const of = { capture_path: "office.pcap", case_id: "2010101010" };

beforeAll(async () => {
  lab = await LabServer.start();
  server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
  client = server.client();
  server.putOffice();
  await client.ingestTrace({ path: "office.pcap" });
  // A folder in the way is what makes listings differ.
  mkdirSync(join(lab.share, "Nowhere"));
  const onDivergence = (divergence: Divergence) => divergences.push(divergence);
  const execution = await client.executeReplay(undefined, { all: true }, { onDivergence });
  run = execution.run ?? "";
});

afterAll(async () => {
  await server.end();
  await lab.end();
});

describe("the server", () => {
  test("tells that it is there, what it works with and what it counted", async () => {
    expect(await client.healthCheck()).toMatchObject({ status: "ok", version: "0.1.0" });
    const info = await client.getSystemInfo();
    expect(info.traces_folder).toBe(join(server.home, "cases"));
    expect(Object.values(info.supported_commands)).toContain("CREATE");
    expect(await client.getMetrics()).toMatch(/# EOF\n$/);
  });

  test("has settings that can be changed", async () => {
    const config = await client.getConfig();
    expect(config).toMatchObject({ port: lab.port, case_id: "2010101010" });
    const changed = await client.updateConfig({ max_wait: 7.5 });
    expect(changed).toMatchObject({ max_wait: 7.5, overridden: [] });
    expect(await client.getConfigValue("max_wait")).toEqual({ key: "max_wait", value: 7.5, source: "file" });
  });
});

describe("captures", () => {
  test("are uploaded, listed, ingested and deleted", async () => {
    const bytes = readFileSync(OFFICE);
    const uploaded = await client.uploadTrace(new Uint8Array(bytes), { name: "mine.pcap", case_id: "other" });
    expect(uploaded).toMatchObject({ name: "mine.pcap", case_id: "other", size: bytes.length });
    const progress: JobProgress[] = [];
    const request = { path: uploaded.path };
    const ingested = await client.ingestTrace(request, { onProgress: (now) => progress.push(now) });
    expect(ingested).toMatchObject({ success: true, session_count: 4, capture_path: uploaded.path });
    expect(progress.at(-1)?.total).toBeGreaterThan(0);
    const listed = await client.listTraces({ case_id: "other" });
    expect(listed.traces.map(({ name, ingested }) => [name, ingested])).toEqual([["mine.pcap", true]]);
    await client.deleteTrace({ capture_path: uploaded.path });
    expect((await client.listTraces({ case_id: "other" })).total).toBe(0);
  });
});

describe("sessions", () => {
  test("are listed with their operations", async () => {
    const { sessions, total } = await client.listSessions(of);
    expect(total).toBe(sessions.length);
    const operations = sessions.reduce((sum, session) => sum + session.operation_count, 0);
    expect(operations).toBe(565);
    const all = await client.getOperations(1, of);
    expect(all.operations).toHaveLength(sessions[0]?.operation_count ?? 0);
    const filter = "smb2.nt_status != STATUS_SUCCESS";
    const fields = ["command", "status_name"] as const;
    const failed = await client.getOperations("1", { ...of, filter, fields });
    expect(failed.total).toBeGreaterThan(0);
    expect(failed.operations.every((row) => row.status_name !== "STATUS_SUCCESS")).toBe(true);
    expect(await client.searchOperations("1", { ...of, filter, fields: [...fields] })).toEqual(failed);
    const first = await client.getOperation(1, all.operations[0]?.op ?? -1, of);
    expect(first.operation.command).toBe(all.operations[0]?.command);
    expect((await client.getSessionStatistics(1, of)).operations).toBe(all.total);
    expect((await client.getSessionTree(1, of)).shares.length).toBeGreaterThan(0);
    const parquet = await client.downloadOperations(1, "parquet", of);
    expect(await parquet.slice(0, 4).text()).toBe("PAR1");
    expect((await client.downloadOperations(1, "arrow", of)).size).toBeGreaterThan(1000);
  });
});

describe("what a page shows", () => {
  test("cases and what was found in a capture", async () => {
    const { cases } = await client.listCases();
    expect(cases).toContainEqual({ case_id: "2010101010", current: true });
    const summary = await client.getTraceSummary(of);
    expect(summary).toMatchObject({ name: "office.pcap", case_id: "2010101010", dropped: expect.any(Object) });
    expect(summary.packets).toBeGreaterThan(1000);
  });

  test("filters and where they are wrong", async () => {
    expect(await client.checkFilter("smb2.cmd == CREATE")).toEqual({ valid: true, error: null });
    const wrong = 'smb2.filename == "😀" && nonsense == 1';
    const { valid, error } = await client.checkFilter(wrong);
    expect(valid).toBe(false);
    expect(wrong.slice(error?.start, error?.end)).toBe("nonsense");
    const { fields, operators } = await client.listFilterFields();
    expect(fields.map(({ name }) => name)).toContain("smb2.nt_status");
    expect(operators.length).toBeGreaterThan(3);
  });

  test("sessions in the course of time, and pages from anywhere", async () => {
    const timeline = await client.getSessionTimeline(1, { ...of, buckets: 20 });
    const all = await client.getOperations(1, of);
    expect(timeline.buckets.reduce((sum, { operations }) => sum + operations, 0)).toBe(all.total);
    const page = await client.getOperations(1, { ...of, offset: 10, limit: 5 });
    expect(page.operations).toEqual(all.operations.slice(10, 15));
  });

  test("the lab server, before anything is sent to it", async () => {
    expect(await client.checkTarget()).toMatchObject({ ready: true });
    const { ready, checks } = await client.checkTarget({ port: 1, server_ip: "127.0.0.1", password: "x" });
    expect(ready).toBe(false);
    expect(checks.map(({ outcome }) => outcome)).toContain("failed");
  });

  test("operations, causes, times and differences of replays", async () => {
    const { operations } = await client.getReplayOperations(run, { ...of, verdict: "diverged", limit: 1 });
    const { row } = operations[0] ?? { row: -1 };
    const whole = await client.getReplayOperation(run, row, of);
    expect(whole).toMatchObject({ run, row, operation: operations[0] });
    const { causes, total } = await client.getReplayCauses(run, { ...of, limit: 2 });
    expect(total).toBeGreaterThanOrEqual(causes.length);
    expect(causes[0]?.root.count).toBeGreaterThan(0);
    const timing = await client.getReplayTiming(run, { ...of, points: 50 });
    expect(timing.points.length).toBeGreaterThan(0);
    expect(timing.points.length).toBeLessThanOrEqual(50);
    expect(timing.sampled).toBe(true);
    const compared = await client.compareReplays(run, "last", of);
    expect(compared.compared).toBeGreaterThan(500);
    expect(compared.changes).toEqual([]);
  });
});

describe("replays", () => {
  test("are checked and set up before", async () => {
    const validation = await client.validateReplay(1, { ...of, check_ops: true });
    expect(validation.checks.operations?.valid).toBe(true);
    const set = await client.setupInfrastructure([1, 2], { ...of, root: "before", dry_run: true });
    expect(set).toMatchObject({ success: true, dry_run: true });
  });

  test("tell what diverges as it is found, and are recorded", async () => {
    const { runs } = await client.listReplays(of);
    expect(runs.map((listed) => listed.run)).toContain(run);
    const report = await client.getReplay(run, of);
    expect(report.total_operations).toBe(559);
    expect(divergences).toHaveLength(report.roots.reduce((sum, root) => sum + root.count, 0));
    expect(divergences).toContainEqual(expect.objectContaining({ command: "QUERY_DIRECTORY", verdict: "body" }));
    const diverged = await client.getReplayOperations(run, { ...of, verdict: ["status", "body", "no_response"] });
    expect(diverged.total).toBe(report.body_diverged + report.status_diverged + report.no_response);
  });

  test("have reports in every form", async () => {
    expect(await client.getReplayPage(run, of)).toMatch(/^<!doctype html>/i);
    expect(await client.getReplayResults("last", of)).toContain("<testsuite");
    const traffic = await client.getReplayTraffic(run, of);
    expect(new Uint8Array(await traffic.arrayBuffer()).slice(0, 4)).toEqual(new Uint8Array([0x0a, 0x0d, 0x0d, 0x0a]));
  });

  test("are deleted", async () => {
    rmSync(join(lab.share, "Nowhere"), { recursive: true });
    const replay = await client.startReplay(1, { ...of, root: "again" });
    const { run } = await replay.result();
    await client.deleteReplay(run ?? "", of);
    expect((await client.listReplays(of)).runs.map((listed) => listed.run)).not.toContain(run);
  });
});

describe("jobs", () => {
  test("are listed and known by their ids", async () => {
    const { jobs } = await client.listJobs({ kind: "replay", state: "done" });
    const [job] = jobs;
    expect(job?.result).toBeNull();
    const whole = await client.getJob(job?.id ?? "");
    expect(whole.result).not.toBeNull();
    expect(await client.job(whole.id).result()).toEqual(whole.result);
    const error = await client.cancelJob(whole.id).catch((error: unknown) => error);
    expect(error).toMatchObject({ name: "APIError", status: 409, code: "conflict" });
  });
});
