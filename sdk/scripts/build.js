// Builds dist/esm and dist/cjs from the same sources.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

rmSync(`${folder}/dist`, { recursive: true, force: true });
for (const project of ["tsconfig.json", "tsconfig.cjs.json"]) {
  execFileSync(process.execPath, [compiler, "-p", project], { cwd: folder, stdio: "inherit" });
}
// The package itself is of ES modules.
writeFileSync(`${folder}/dist/cjs/package.json`, '{ "type": "commonjs" }\n');
