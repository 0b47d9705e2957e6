// Examples do what they say: as they are, with the package as it is built.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LabServer, OFFICE, TestServer } from "./support/server.js";

const examples = fileURLToPath(new URL("../examples", import.meta.url));
let folder: string;
let lab: LabServer;
let server: TestServer;

beforeAll(async () => {
  // Within the package, which is found by its name from there.
  folder = mkdtempSync(join(examples, ".run-"));
  lab = await LabServer.start();
  server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.end();
  await lab.end();
});

/** Runs an example; what it prints. */
async function run(name: string, ...args: string[]): Promise<string> {
  const source = readFileSync(join(examples, `${name}.ts`), "utf8");
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const script = join(folder, `${name}.mjs`);
  writeFileSync(script, ts.transpileModule(source, { compilerOptions: options }).outputText);
  const env = { ...process.env, SMBREPLAY_URL: server.url };
  const ended = await promisify(execFile)(process.execPath, [script, ...args], { env, timeout: 45_000 }).catch(
    (error: { stdout: string; killed: boolean }) => error,
  );
  // Nothing is left behind that keeps a program from ending.
  expect("killed" in ended && ended.killed, `${name} does not end`).toBe(false);
  return ended.stdout;
}

test("a capture is uploaded, ingested and looked at, again as well", async () => {
  const told = await run("ingest", OFFICE);
  expect(told).toContain("4 sessions in");
  expect(told).toMatch(/CREATE STATUS_OBJECT_NAME_NOT_FOUND/);
  expect(await run("ingest", OFFICE)).toContain("office.pcap is there already");
});

test("a job is followed", async () => {
  expect(await run("follow", "office.pcap")).toMatch(/done\n$/);
});

test("a replay is told and its report kept", async () => {
  const report = join(folder, "report.html");
  expect(await run("replay", report)).toMatch(/\d+ of 559 operations match\n/);
  expect(readFileSync(report, "utf8")).toMatch(/^<!doctype html>/i);
});

test("routes of Next.js answer, and pass events on", async () => {
  process.env.SMBREPLAY_URL = server.url;
  const replays = await import("../examples/next/app/api/replays/route.js");
  const events = await import("../examples/next/app/api/jobs/[id]/events/route.js");
  const body = JSON.stringify({ session: "1" });
  const started = await replays.POST(new Request("http://web/api/replays", { method: "POST", body }));
  const { id } = (await started.json()) as { id: string };
  const stream = await events.GET(new Request(`http://web/api/jobs/${id}/events`), { params: Promise.resolve({ id }) });
  expect(await stream.text()).toMatch(/id: 1\nevent: state\ndata: "running"\n\n[\s\S]*event: end\n/);
  const listed = await replays.GET(new Request("http://web/api/replays?capture_path=office.pcap"));
  expect(((await listed.json()) as { total: number }).total).toBeGreaterThan(0);
  const refused = await replays.GET(new Request("http://web/api/replays?capture_path=nowhere.pcap"));
  expect([refused.status, (await refused.json()) as object]).toMatchObject([404, { code: "trace_not_found" }]);
});
