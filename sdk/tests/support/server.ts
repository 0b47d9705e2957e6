// A server of the test's own, as a user starts it.

import type { ChildProcess } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SMBReplayClient } from "@smbreplay/sdk";
import { end, start } from "./process.js";

/** The project's own capture: 559 operations that can be replayed, and 6 requests of no session. */
export const OFFICE = fileURLToPath(new URL("../../../tests/data/office.pcap", import.meta.url));

/** How a server is started. */
export interface ServerOptions {
  args?: string[];
  env?: Record<string, string>;
}

/** `smbreplay serve` in a home of its own. */
export class TestServer {
  private constructor(
    readonly home: string,
    readonly url: string,
    private child: ChildProcess,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const home = mkdtempSync(join(tmpdir(), "smbreplay-sdk-"));
    mkdirSync(join(home, "cases", "2010101010"), { recursive: true });
    // Jobs are remembered by the port that was asked for.
    const [child, told] = await serve(home, String(await freePort()), options);
    return new TestServer(home, String(told.url), child, options);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Puts the project's capture into the default case. */
  putOffice(name = "office.pcap"): void {
    const path = join(this.home, "cases", "2010101010", name);
    mkdirSync(dirname(path), { recursive: true });
    copyFileSync(OFFICE, path);
  }

  client(options: Partial<ConstructorParameters<typeof SMBReplayClient>[0]> = {}): SMBReplayClient {
    return new SMBReplayClient({ baseUrl: this.url, ...options });
  }

  /** Ends it, as a power cut does. */
  kill(): Promise<void> {
    return end(this.child);
  }

  /** Starts it again where it was. */
  async startAgain(): Promise<void> {
    [this.child] = await serve(this.home, String(this.port), this.options);
  }

  async end(): Promise<void> {
    await end(this.child);
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

function serve(home: string, port: string, options: ServerOptions) {
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    TRACES_FOLDER: join(home, "cases"),
    ...options.env,
  };
  return start(["serve", "--port", port, "--format", "json", ...(options.args ?? [])], env, home);
}

/** An embedded lab server with an empty folder. */
export class LabServer {
  private constructor(
    readonly home: string,
    readonly share: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<LabServer> {
    const home = mkdtempSync(join(tmpdir(), "smbreplay-lab-"));
    const share = join(home, "share");
    mkdirSync(share);
    const args = ["lab", "start", "--foreground", "--port", "0", "--root", share, "--format", "json"];
    const [child, told] = await start(args, { HOME: home, XDG_CONFIG_HOME: join(home, ".config") }, home);
    const { address } = told.server as { address: string };
    return new LabServer(home, share, Number(address.split(":")[1]), child);
  }

  async end(): Promise<void> {
    await end(this.child);
    rmSync(this.home, { recursive: true, force: true });
  }
}
