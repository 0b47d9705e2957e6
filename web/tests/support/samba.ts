// A private Samba, started by the developer commands of the project and ended with the test.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Where it is, and who may use it. */
export interface Place {
  server_ip: string;
  port: number;
  tree_name: string;
  username: string;
  password: string;
  folder: string;
}

export class TestSamba {
  private constructor(
    readonly place: Place,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<TestSamba> {
    const built = fileURLToPath(new URL("../../../target/debug/xtask", import.meta.url));
    const program = process.env.SMBREPLAY_XTASK ?? built;
    if (!existsSync(program)) {
      throw new Error(`${program} is not there: build it with cargo build -p xtask`);
    }
    // It ends when its input does: also when this process is killed.
    const child = spawn(program, ["samba"], { stdio: ["pipe", "pipe", "inherit"] });
    for await (const line of createInterface({ input: child.stdout })) {
      return new TestSamba(JSON.parse(line), child);
    }
    throw new Error("the private Samba has ended");
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.stdin?.end();
    await ended;
  }
}
