// The programs of the documentation compile, and those of docs/typescript.md count as the command line does.

import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { binary } from "./support/process.js";
import { TestServer } from "./support/server.js";

const docs = fileURLToPath(new URL("../../docs", import.meta.url));
const examples = fileURLToPath(new URL("../examples", import.meta.url));
let folder: string;
let server: TestServer;

beforeAll(async () => {
  // Within the package, which is found by its name from there.
  folder = mkdtempSync(join(examples, ".book-"));
  server = await TestServer.start();
  server.putOffice();
});

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.end();
});

/** The blocks of TypeScript in a page. */
function blocks(page: string): string[] {
  return [...readFileSync(page, "utf8").matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
}

/** Blocks that go on with each other as one program: each has names of its own, and those of the first one. */
function together(blocks: string[]): string {
  const isImport = (line: string) => line.startsWith("import ");
  const imports = blocks.flatMap((block) => block.split("\n").filter(isImport));
  const [first, ...others] = blocks.map((block) => block.split("\n").filter((line) => !isImport(line)));
  return [...imports, ...(first ?? []), ...others.flatMap((lines) => ["{", ...lines, "}"])].join("\n");
}

/** What the compiler says of programs; readers go on with what they do not use. */
function faults(sources: Record<string, string>): string[] {
  const config = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  const read = ts.getParsedCommandLineOfConfigFile(
    config,
    {},
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  );
  const names = Object.entries(sources).map(([name, source]) => {
    writeFileSync(join(folder, name), source);
    return join(folder, name);
  });
  const program = ts.createProgram(names, { ...read?.options, noUnusedLocals: false });
  return ts.getPreEmitDiagnostics(program).map((fault) => {
    const place = fault.file?.getLineAndCharacterOfPosition(fault.start ?? 0);
    return `${fault.file?.fileName}:${place?.line}: ${ts.flattenDiagnosticMessageText(fault.messageText, " ")}`;
  });
}

/** Runs a program; the lines that it prints. */
async function run(name: string, source: string): Promise<string[]> {
  const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const script = join(folder, `${name}.mjs`);
  writeFileSync(script, ts.transpileModule(source, { compilerOptions: options }).outputText);
  const env = { ...process.env, SMBREPLAY_URL: server.url };
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env, timeout: 45_000 });
  return stdout.trimEnd().split("\n").sort();
}

/** What the command line says in the home of the server. */
function told(...args: string[]) {
  const env = { HOME: server.home, TRACES_FOLDER: join(server.home, "cases"), PATH: process.env.PATH ?? "" };
  const options = [...args, "--trace", "office.pcap", "--format", "json"];
  return JSON.parse(execFileSync(binary(), options, { cwd: server.home, env, encoding: "utf8" }));
}

test("every program of the documentation compiles", () => {
  const pages = readdirSync(docs, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));
  const programs = pages.flatMap((page) =>
    blocks(join(docs, page)).map((block, number) => [`${page.replaceAll("/", "-")}-${number}.ts`, block]),
  );
  expect(programs.length).toBeGreaterThan(2);
  const readme = together(blocks(fileURLToPath(new URL("../README.md", import.meta.url))));
  expect(faults({ ...Object.fromEntries(programs), "readme.ts": readme })).toEqual([]);
});

test("the examples count as the command line does", async () => {
  const printed: string[][] = [];
  for (const [number, block] of blocks(join(docs, "typescript.md")).entries()) {
    printed.push(await run(String(number), block));
  }
  const [sessions, commands, failed] = printed;
  const listed = told("session", "--list").sessions as { file_name: string; operation_count: number }[];
  expect(sessions).toEqual(listed.map((session) => `${session.file_name} ${session.operation_count}`).sort());
  const statistics = told("session", "1", "--stats") as {
    commands: { command: string; operations: number; errors: number }[];
    statuses: { each: { name: string; count: number }[] };
  };
  expect(commands).toEqual(statistics.commands.map((row) => `${row.command} ${row.operations} ${row.errors}`).sort());
  const missing = statistics.statuses.each.find((status) => status.name === "STATUS_OBJECT_NAME_NOT_FOUND");
  expect(failed).toHaveLength(missing?.count ?? -1);
});
