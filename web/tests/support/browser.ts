// A headless Chromium of the test's own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";

/** What Debian's Chromium needs to stay by itself: no sandbox for root, and nothing asked of other hosts. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-precise-memory-info",
];

/** A browser with an empty profile. What its pages complain of, and what they ask of other hosts, is kept. */
export class TestBrowser {
  /** Errors that pages threw or wrote to their console, and requests to other hosts. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    private readonly profile: string,
  ) {
    context.setDefaultTimeout(30_000);
    context.on("weberror", ({ error }) => this.complaints.push(String(error())));
    context.on("console", (message) => {
      // A status of 400 and more is shown by the page, and told by the browser, too.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
        this.complaints.push(message.text());
      }
    });
    context.on("request", (request) => {
      const { protocol, hostname } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1") {
        this.complaints.push(`asked of another host: ${request.url()}`);
      }
    });
  }

  static async start(): Promise<TestBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "smbreplay-browser-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.SMBREPLAY_CHROMIUM ?? "/usr/bin/chromium",
      headless: true,
      args: ARGUMENTS,
      viewport: { width: 1280, height: 800 },
      acceptDownloads: true,
    });
    return new TestBrowser(context, profile);
  }

  page(): Promise<Page> {
    return this.context.newPage();
  }

  async end(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
