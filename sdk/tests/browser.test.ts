// In a browser: uploads that tell how far they are, events with a key, and what is refused to a page of another address.

import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { end } from "./support/process.js";
import { OFFICE, TestServer } from "./support/server.js";

const dist = fileURLToPath(new URL("../dist/esm", import.meta.url));
const chromium = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find(isProgram);

const PAGE = `<!doctype html><script type="module">
import { SMBReplayClient } from "/esm/index.js";
const told = {};
const refused = (call) => call.then(() => "done", ({ name, code, message }) => ({ name, code, message }));
try {
  const baseUrl = new URL(location.href).searchParams.get("server");
  const client = new SMBReplayClient({ baseUrl, apiKey: "open-sesame" });
  const office = await (await fetch("/office.pcap")).blob();
  const progress = [];
  told.uploaded = await client.uploadTrace(office, { name: "office.pcap" }, { onProgress: (...now) => progress.push(now) });
  told.progress = progress.at(-1);
  told.streamed = (await client.uploadTrace(office.stream(), { name: "stream.pcap" })).size;
  told.twice = await refused(client.uploadTrace(office, { name: "office.pcap" }));
  told.aborted = await refused(client.uploadTrace(office, { name: "b" }, { signal: AbortSignal.abort(new Error("no")) }));
  const job = await client.startIngest({ path: "office.pcap" });
  told.events = [];
  for await (const event of job.events()) told.events.push(event.type);
  told.ingested = await job.result();
  told.deleted = await refused(client.deleteTrace({ capture_path: "stream.pcap" }));
  told.wrongKey = await refused(new SMBReplayClient({ baseUrl, apiKey: "wrong" }).getConfig());
  told.nobody = await refused(new SMBReplayClient({ baseUrl: "http://127.0.0.1:1", retries: 0 }).uploadTrace(office, { name: "a" }));
} catch (error) {
  told.error = String(error);
}
await fetch("/told", { method: "POST", body: JSON.stringify(told) });
</script>`;

let site: Server;
let server: TestServer;
let told: Promise<Record<string, unknown>>;
let origin: string;

beforeAll(async () => {
  site = createServer();
  told = new Promise((done) => {
    site.on("request", (request, response) => {
      const { pathname } = new URL(request.url ?? "/", "http://site");
      if (pathname === "/told") {
        let text = "";
        request.on("data", (piece) => {
          text += piece;
        });
        request.on("end", () => {
          response.end();
          done(JSON.parse(text));
        });
      } else if (pathname.startsWith("/esm/")) {
        response.setHeader("Content-Type", "text/javascript").end(readFileSync(join(dist, basename(pathname))));
      } else if (pathname === "/office.pcap") {
        response.end(readFileSync(OFFICE));
      } else {
        response.setHeader("Content-Type", "text/html").end(PAGE);
      }
    });
  });
  await new Promise<void>((done) => site.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
  server = await TestServer.start({ env: { API_KEY: "open-sesame", CORS_ORIGINS: origin } });
});

afterAll(async () => {
  site.closeAllConnections();
  site.close();
  await server.end();
});

test.skipIf(chromium === undefined)("a page of another address uses the server", async () => {
  const profile = mkdtempSync(join(tmpdir(), "smbreplay-sdk-browser-"));
  const page = `${origin}/?server=${encodeURIComponent(server.url)}`;
  const args = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
  args.push("--disable-background-networking", "--remote-debugging-port=0", `--user-data-dir=${profile}`, page);
  const browser = spawn(chromium ?? "", args, {
    detached: true,
    stdio: "ignore",
    env: { ...process.env, HOME: profile },
  });
  try {
    const { size } = new Blob([readFileSync(OFFICE)]);
    expect(await told).toMatchObject({
      deleted: "done",
      uploaded: { name: "office.pcap", size },
      progress: [size, size],
      streamed: size,
      twice: { name: "APIError", code: "conflict" },
      aborted: { name: "Error", message: "no" },
      ingested: { success: true, session_count: 4 },
      wrongKey: { name: "APIError", code: "unauthorized" },
      nobody: { name: "NetworkError" },
    });
    const { error, events } = await told;
    expect(error).toBeUndefined();
    expect((events as string[]).at(-1)).toBe("end");
  } finally {
    // The first of its processes leads the others.
    await end(browser, "SIGTERM");
    try {
      if (browser.pid !== undefined) {
        process.kill(-browser.pid, "SIGKILL");
      }
    } catch {
      // They have ended.
    }
    await new Promise((done) => setTimeout(done, 300));
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
});

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
