// Processes that end with the test, whatever becomes of it.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) {
    child.kill("SIGKILL");
  }
});

/** The program under test. */
export function binary(): string {
  const built = fileURLToPath(new URL("../../../target/debug/smbreplay", import.meta.url));
  const found = process.env.SMBREPLAY_BINARY ?? built;
  if (!existsSync(found)) {
    throw new Error(`${found} is not there: build it with cargo build -p smbreplay, or name one with SMBREPLAY_BINARY`);
  }
  return found;
}

/** A process that has told a JSON document on its standard output, and that document. */
export async function start(
  args: string[],
  env: Record<string, string>,
  folder: string,
): Promise<[ChildProcess, Record<string, unknown>]> {
  const variables = { PATH: process.env.PATH ?? "", ...env };
  const child = spawn(binary(), args, { cwd: folder, env: variables, stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  let told = "";
  child.stdout.setEncoding("utf8");
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    told += piece;
    if (told.endsWith("}\n")) {
      child.stdout.resume();
      return [child, JSON.parse(told)];
    }
  }
  throw new Error(`smbreplay ${args.join(" ")} has ended: ${told}`);
}

/** Ends a process and waits until it has. */
export async function end(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
  }
}
