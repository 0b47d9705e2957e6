// What is published, and that it can be used by whoever installs it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));

/** What a script of somebody who has the package prints. */
function output(kind: "module" | "commonjs", script: string): string {
  const args = [`--input-type=${kind}`, "--eval", script];
  return execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).trim();
}

test("the package holds what was built, the licence and the README, and nothing else", () => {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const packed = JSON.parse(
    execFileSync(npm, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
  );
  const [{ name, version, files }] = Array.isArray(packed) ? packed : Object.values(packed);
  expect([name, version]).toEqual(["@smbreplay/sdk", "0.1.0"]);
  const paths: string[] = files.map(({ path }: { path: string }) => path);
  const others = paths.filter((path) => !/^dist\/(esm|cjs)\/[a-z-]+(\.d\.ts|\.js)$/.test(path));
  expect(others.sort()).toEqual(["LICENSE", "README.md", "dist/cjs/package.json", "package.json"]);
  for (const form of ["esm", "cjs"]) {
    expect(paths).toContain(`dist/${form}/index.js`);
    expect(paths).toContain(`dist/${form}/index.d.ts`);
  }
});

test("it has the version of the workspace and needs nothing else", () => {
  const workspace = readFileSync(`${folder}/../Cargo.toml`, "utf8");
  expect(/\[workspace\.package\]\s+version = "([^"]+)"/.exec(workspace)?.[1]).toBe(manifest.version);
  expect(manifest.dependencies ?? {}).toEqual({});
});

test("it is there for import and for require", () => {
  const names = [
    "APIError",
    "JobHandle",
    "NetworkError",
    "NotFoundError",
    "SMBReplayClient",
    "SMBReplayError",
    "TimeoutError",
  ];
  const show = "console.log(Object.keys(sdk).filter((name) => /^[A-Z]/.test(name)).sort().join())";
  expect(output("module", `import * as sdk from "@smbreplay/sdk"; ${show}`)).toBe(names.join());
  expect(output("commonjs", `const sdk = require("@smbreplay/sdk"); ${show}`)).toBe(names.join());
});

test("versions are pinned, and come from the registry of npm", () => {
  for (const version of Object.values<string>(manifest.devDependencies)) {
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  }
  const lock = JSON.parse(readFileSync(`${folder}/../package-lock.json`, "utf8"));
  for (const { resolved, link } of Object.values<{ resolved?: string; link?: boolean }>(lock.packages)) {
    expect(link === true || resolved === undefined || resolved.startsWith("https://registry.npmjs.org/")).toBe(true);
  }
});
