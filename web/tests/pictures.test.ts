// Pictures of the page for its documentation: UPDATE_PICTURES=1 makes them anew.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TestBrowser } from "./support/browser.js";
import { Stage } from "./support/stage.js";

const UPDATE = process.env.UPDATE_PICTURES === "1";
const SIZE = { width: 1280, height: 800 };
const MOST_BYTES = 200_000;

let browser: TestBrowser;
let stage: Stage;
let page: Page;

beforeAll(async () => {
  [browser, stage] = await Promise.all([TestBrowser.start(), Stage.start()]);
  // A case has several captures.
  for (const name of ["branch-office.pcap", "after-the-update.pcap", "before-the-update.pcap"]) {
    stage.server.putOffice(name);
  }
  await stage.server.client().ingestTrace({ path: "branch-office.pcap" });
  page = await browser.page();
  await page.setViewportSize(SIZE);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
});

beforeEach(async () => {
  browser.complaints.length = 0;
  await page.goto("about:blank");
});

afterAll(async () => {
  await browser?.end();
  await stage?.end();
});

/** Makes the picture, or looks at the one that is there; the view is as it is wanted. */
async function picture(name: string): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => document.querySelector(".waiting, [aria-busy]") === null);
  const path = fileURLToPath(new URL(`../../docs/pictures/${name}.png`, import.meta.url));
  const made = await page.screenshot({ caret: "hide" });
  if (UPDATE) {
    writeFileSync(path, made);
  }
  const kept = readFileSync(path);
  expect(sizeOf(kept)).toEqual(SIZE);
  expect(kept.length).toBeLessThan(MOST_BYTES);
  expect(browser.complaints).toEqual([]);
}

/** What the head of a PNG says. */
function sizeOf(png: Buffer): { width: number; height: number } {
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  expect(png.subarray(12, 16).toString("latin1")).toBe("IHDR");
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20) };
}

test("the traces of a case", async () => {
  await page.goto(stage.url());
  await page.getByRole("link", { name: "office.pcap", exact: true }).waitFor();
  await picture("traces");
});

test("a session with an operation in full", async () => {
  const { trace, session } = stage.shown;
  const { operations } = await stage.server.client().searchOperations(session, {
    capture_path: trace,
    filter: "command == CREATE && status == STATUS_SUCCESS && path",
    fields: "op",
    limit: 8,
  });
  await page.goto(stage.url("session", { trace, session, op: operations.at(-1)?.op ?? 0 }));
  const request = page.getByRole("region", { name: /^Request: SMB2/ });
  await request.getByRole("treeitem", { name: /^Command / }).click();
  await page.mouse.move(0, 0);
  await request.evaluate((element) => element.scrollIntoView());
  await picture("session");
});

test("a timeline", async () => {
  const { trace, session } = stage.shown;
  await page.goto(stage.url("session", { trace, session, tab: "timeline" }));
  await page.getByRole("img").first().waitFor();
  await picture("timeline");
});

test("statistics", async () => {
  const { trace, session } = stage.shown;
  await page.goto(stage.url("session", { trace, session, tab: "statistics" }));
  await page.getByRole("table").first().waitFor();
  await picture("statistics");
});

test("the form of a replay", async () => {
  await page.goto(stage.url("replay", { trace: stage.shown.trace }));
  await page.getByRole("button", { name: "Test connection" }).waitFor();
  await picture("replay");
});

test("a job that has ended", async () => {
  await page.goto(stage.url("job", { job: stage.shown.divergedJob }));
  await page.getByRole("link", { name: /^Look at the run/ }).waitFor();
  await picture("job");
});

test("a cause, captured and live side by side", async () => {
  const { trace, diverged: run } = stage.shown;
  await page.goto(stage.url("run", { trace, run }));
  await page.getByText("Only what differs").first().waitFor();
  await page.getByRole("navigation", { name: "Parts of the run" }).evaluate((element) => element.scrollIntoView());
  await picture("run");
});

test("the comparison of two runs", async () => {
  const { trace, same: run, diverged: other } = stage.shown;
  await page.goto(stage.url("comparison", { trace, run, other }));
  await page.getByRole("heading", { name: /Worse/ }).waitFor();
  await picture("comparison");
});
