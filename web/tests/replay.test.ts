// From a capture that is dropped on the page to replays that are judged, and compared.

import { readdirSync, readFileSync } from "node:fs";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LabServer, OFFICE, TestServer } from "../../sdk/tests/support/server.js";
import { TestBrowser } from "./support/browser.js";
import { dropFile } from "./support/drop.js";
import { fact } from "./support/facts.js";
import { TestSamba } from "./support/samba.js";
import { Secrecy } from "./support/secrecy.js";

/** A session of the project's capture that has most of its operations. */
const SESSION = "0x00000000cfb50b29";
/** A folder of the share that all is done in. */
const ROOT = "From the page";

let browser: TestBrowser;
let server: TestServer;
let samba: TestSamba;
let lab: LabServer;
let page: Page;
let secrecy: Secrecy;

beforeAll(async () => {
  [browser, samba, lab] = await Promise.all([TestBrowser.start(), TestSamba.start(), LabServer.start()]);
  // The settings name the embedded server: the private Samba has to be typed in.
  server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
  page = await browser.page();
  secrecy = new Secrecy(page);
  await page.goto(server.url);
});

afterAll(async () => {
  await browser?.end();
  await Promise.all([server?.end(), samba?.end(), lab?.end()]);
});

/** Opens the form from the view of the trace. */
async function openForm(): Promise<void> {
  await page.goto(`${server.url}/#/trace?trace=${encodeURIComponent(tracePath())}`);
  await page.getByRole("link", { name: "Replay …" }).click();
  await page.getByRole("heading", { name: "Replay office.pcap" }).waitFor();
}

function tracePath(): string {
  return `${server.home}/cases/2010101010/office.pcap`;
}

/** What the job came to, once it has ended. */
async function verdict(): Promise<string> {
  const status = page.getByRole("status").filter({ hasText: /answered/ });
  await status.waitFor({ timeout: 60_000 });
  return (await status.textContent()) ?? "";
}

/** The name of the run that a job has made; its view is shown then. */
async function toRun(): Promise<string> {
  const link = page.getByRole("link", { name: /^Look at the run / });
  const run = ((await link.textContent()) ?? "").replace("Look at the run ", "");
  await link.click();
  await page.getByRole("heading", { name: `Run ${run}` }).waitFor();
  return run;
}

function isFalling(numbers: number[]): boolean {
  return numbers.every((number, place) => number <= (numbers[place - 1] ?? number));
}

/** The table that has such a column. */
function tableWith(column: string): Locator {
  return page.getByRole("table").filter({ has: page.getByRole("columnheader", { name: column, exact: true }) });
}

/** Numbers of a table of verdicts. */
async function counts(): Promise<Record<string, string>> {
  const rows = page.getByRole("table", { name: "Operations by verdict" }).getByRole("row");
  await rows.last().waitFor();
  const cells = await rows.evaluateAll((rows) =>
    rows.slice(1).map((row) => [...row.children].map((cell) => cell.textContent?.trim() ?? "")),
  );
  return Object.fromEntries(cells.map(([name = "", count = ""]) => [name.replace(/ .*/, ""), count]));
}

test("a capture that is dropped on the page is uploaded and ingested", async () => {
  await page.getByText("This case has no captures yet").waitFor();
  await dropFile(page, OFFICE);
  const work = page.getByRole("region", { name: "In progress" }).getByRole("listitem");
  await work.getByText("3 sessions, 1,122 SMB2 messages in 1,160 packets").waitFor({ timeout: 60_000 });
  expect(await work.textContent()).toContain("is ingested");
  const row = page.getByRole("region", { name: "Captures" }).getByRole("row", { name: /office\.pcap/ });
  await row.getByRole("cell", { name: "yes", exact: true }).waitFor();
  expect(readFileSync(tracePath()).equals(readFileSync(OFFICE))).toBe(true);
});

test("the trace shows what its ingest found", async () => {
  await page.getByRole("link", { name: "office.pcap", exact: true }).click();
  await page.getByRole("heading", { name: "office.pcap" }).waitFor();
  const summary = page.getByRole("region", { name: "Summary" });
  await summary.waitFor();
  expect(await fact(summary, "Packets").textContent()).toContain("1,160");
  expect(await fact(summary, "SMB2 messages").textContent()).toBe("1,122");
  expect(await fact(summary, "Keys or passwords").textContent()).toBe("none were given");
  const sessions = page.getByRole("region", { name: "Sessions" }).getByRole("row");
  await sessions.nth(4).waitFor();
  expect(await sessions.count()).toBe(5);
  await page.getByText("This trace was not replayed yet.").waitFor();
});

test("a session shows its operations", async () => {
  await page.getByRole("link", { name: SESSION }).click();
  await page.getByRole("heading", { name: "WORKGROUP\\testuser" }).waitFor();
  await page.getByText("470 operations.", { exact: true }).waitFor();
  const grid = page.getByRole("grid", { name: "Operations" });
  expect(await grid.getAttribute("aria-rowcount")).toBe("471");
  const { operations } = await server.client().searchOperations(SESSION, { capture_path: "office.pcap", limit: 5 });
  for (const [place, { op, command }] of operations.entries()) {
    const row = grid.locator(`[aria-rowindex="${place + 2}"]`);
    await row.getByText(String(command), { exact: true }).waitFor();
    // The active cell has a button as well.
    expect(await row.getByRole("gridcell").first().textContent()).toMatch(new RegExp(`^${op}⋯?$`));
  }
});

test("a filter leaves the operations that match it, and is in the address", async () => {
  const filter = "command == CREATE && status != STATUS_SUCCESS";
  const { total } = await server.client().searchOperations(SESSION, { capture_path: "office.pcap", filter });
  expect(total).toBeGreaterThan(5);
  await page.getByRole("combobox", { name: "Filter", exact: true }).fill(filter);
  await page.keyboard.press("Enter");
  const matches = page.getByText(`${total} of 470 operations match.`);
  await matches.waitFor();
  await page.reload();
  await matches.waitFor();
  expect(await page.getByRole("combobox", { name: "Filter", exact: true }).inputValue()).toBe(filter);
  const rows = page.getByRole("grid", { name: "Operations" }).getByRole("row");
  await rows.nth(total).waitFor();
  for (const text of (await rows.allInnerTexts()).slice(1)) {
    expect(text).toContain("CREATE");
    expect(text).not.toContain("SUCCESS");
  }
});

test("an operation opens in full with the keyboard, and Escape closes it", async () => {
  const grid = page.getByRole("grid", { name: "Operations" });
  await grid.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: /^Operation / });
  await panel.getByRole("tree").first().waitFor();
  expect(await panel.getByRole("tree").count()).toBe(2);
  await panel.getByText("CREATE").first().waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
});

test("the form tests the connection to a server that is typed in", async () => {
  await openForm();
  const form = page.getByRole("region", { name: "Lab server" });
  await form.getByLabel("Server").fill(samba.place.server_ip);
  await form.getByLabel("Port").fill(String(samba.place.port));
  await form.getByLabel("Share").fill(samba.place.tree_name);
  await form.getByLabel("User").fill(samba.place.username);
  // The stored password does not go to another server: without one nothing is tried.
  const test = form.getByRole("button", { name: "Test connection" });
  await test.click();
  expect(await form.getByLabel("Password").evaluate((field: HTMLInputElement) => field.validity.valueMissing)).toBe(
    true,
  );
  await form.getByLabel("Password").fill("not-that-one");
  await test.click();
  await form.getByText("✗ The server cannot be used like this.").waitFor({ timeout: 60_000 });
  await form.getByText("STATUS_LOGON_FAILURE").first().waitFor();
  await form.getByLabel("Password").fill(samba.place.password);
  await form.getByText("The form has changed since this test.").waitFor();
  await test.click();
  await form.getByText("✓ The server is ready.").waitFor({ timeout: 60_000 });
});

test("the plan of the setup is shown, and nothing is made", async () => {
  await page.getByRole("textbox", { name: /^Root folder/ }).fill(ROOT);
  const before = page.getByRole("region", { name: "Before the start" });
  await before.getByRole("button", { name: "Preview the setup" }).click();
  await before.getByText("This would be done; nothing was changed.").waitFor({ timeout: 60_000 });
  // The capture begins with an empty share: only the folder itself has to be made.
  const steps = tableWith("Shown by").getByRole("row");
  expect(await steps.count()).toBe(2);
  expect(await steps.last().textContent()).toMatch(new RegExp(`^make folder.*${ROOT}`));
  expect(readdirSync(samba.place.folder)).not.toContain(ROOT);
  await before.getByRole("button", { name: "Check readiness" }).click();
  await before.getByText("559 of 559 operations can be sent.").waitFor({ timeout: 60_000 });
});

let onSamba: string;

test("a replay on Samba shows how far it is, and that all is answered as captured", async () => {
  // Slowly enough to be seen.
  await page.getByRole("combobox", { name: /^Pace/ }).selectOption("faster or slower by a factor");
  await page.getByRole("spinbutton", { name: /^Factor/ }).fill("0.5");
  await page.getByRole("button", { name: "Start the replay" }).click();
  await page.getByRole("heading", { name: "Replay of office.pcap" }).waitFor();
  await page.waitForFunction(() => {
    const bar = document.querySelector("progress");
    return bar !== null && bar.value > 0 && bar.value < bar.max && document.body.textContent.includes("replaying");
  });
  expect(await fact(page, "Done").textContent()).toMatch(/^\d+ of 559$/);
  expect(await verdict()).toBe("✓ All 559 requests were answered as captured.");
  expect(await fact(page, "Done").textContent()).toBe("559 of 559");
  expect(await fact(page, "Divergences").textContent()).toBe("0");
});

test("the run says the same, and has no causes", async () => {
  onSamba = await toRun();
  await page.getByText("All 559 requests were answered as captured.").waitFor();
  expect(await counts()).toMatchObject({ match: "559", status: "0", body: "0", skipped: "0", total: "559" });
  await page.getByText("No operation diverges.").waitFor();
  expect(await fact(page, "Server").textContent()).toBe(`127.0.0.1:${samba.place.port}`);
});

test("the report is downloaded as a page", async () => {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Page (.html)" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${onSamba}.html`);
  const report = readFileSync(await download.path(), "utf8");
  expect(report).toMatch(/^<!doctype html>/i);
  expect(report).toContain(onSamba);
  expect(report).not.toContain(samba.place.password);
});

let onLab: string;

test("a replay that diverges groups what differs", async () => {
  await openForm();
  await page.getByRole("textbox", { name: /^Root folder/ }).fill(ROOT);
  await page.getByRole("button", { name: "Start the replay" }).click();
  expect(await verdict()).toMatch(/^≠ \d+ of \d+ requests were answered differently; \d+ causes/);
  const groups = page.getByRole("region", { name: "Divergences" }).getByRole("row");
  await page.getByRole("combobox", { name: /^First/ }).selectOption("the most frequent");
  const figures = async () => (await groups.locator("td:first-child").allInnerTexts()).map(Number);
  await expect.poll(async () => isFalling(await figures())).toBe(true);
  const told = await figures();
  expect(told.length).toBeGreaterThan(3);
  // What stands on the page is what its run has.
  onLab = await toRun();
  const report = await server.client().getReplay(onLab, { capture_path: "office.pcap" });
  const { status_diverged, body_diverged, no_response, skipped, explained } = report;
  expect(await counts()).toMatchObject({ status: String(status_diverged), body: String(body_diverged) });
  expect(await counts()).toMatchObject({ skipped: String(skipped), total: "559" });
  const all = told.reduce((sum, count) => sum + count, 0);
  expect(all).toBe(status_diverged + body_diverged + no_response - explained);
});

test("a cause opens with the captured and the live message side by side", async () => {
  const report = await server.client().getReplay(onLab, { capture_path: "office.pcap" });
  const causes = page.getByRole("main").locator("details.cause");
  await causes.nth(report.roots.length - 1).waitFor();
  expect(await causes.count()).toBe(report.roots.length);
  const first = causes.first();
  const fields = first.getByRole("table").filter({ has: page.getByRole("columnheader", { name: "Difference" }) });
  const line = fields.getByRole("row", { name: /differs, and counts/ }).first();
  await line.waitFor();
  const [captured, live] = await line
    .getByRole("cell")
    .allInnerTexts()
    .then((cells) => cells.slice(-2));
  expect(captured).not.toBe(live);
  const all = await fields.getByRole("row").count();
  await first.getByLabel("Only what differs").check();
  await expect.poll(() => fields.getByRole("row").count()).toBeLessThan(all);
  for (const row of (await fields.getByRole("row").allTextContents()).slice(1)) {
    expect(row).toMatch(/differs|written by the replay|not captured/);
  }
});

test("an operation of the run is found by its verdict", async () => {
  await page.getByRole("link", { name: "Operations", exact: true }).click();
  await page.getByRole("combobox", { name: /^Verdict/ }).selectOption("skipped: not sent");
  const rows = tableWith("Captured in").getByRole("row");
  await rows.first().waitFor();
  const skipped = (await counts()).skipped;
  await expect.poll(async () => String((await rows.count()) - 1)).toBe(skipped);
  await rows
    .nth(1)
    .getByRole("button", { name: /in full$/ })
    .click();
  await rows.getByText("its handle was not obtained live").first().waitFor();
});

test("two runs are compared", async () => {
  await page.getByRole("combobox", { name: /^Compare with/ }).selectOption(`${onSamba} (127.0.0.1)`);
  await page.getByRole("button", { name: "Compare", exact: true }).click();
  await page.getByRole("heading", { name: "Two runs compared" }).waitFor();
  const worse = page.getByRole("region", { name: "Worse" });
  await worse.waitFor();
  expect(await page.getByRole("columnheader").allInnerTexts()).toEqual(
    expect.arrayContaining([`First: ${onSamba}`, `Second: ${onLab}`]),
  );
  await worse.getByText("first in frame").first().waitFor();
  expect(await page.getByRole("region", { name: "Better" }).textContent()).toContain("Nothing.");
  await page.getByRole("link", { name: "Swap the runs" }).click();
  await page.getByRole("region", { name: "Better" }).getByText("first in frame").first().waitFor();
  expect(await page.getByRole("region", { name: "Worse" }).textContent()).toContain("Nothing.");
});

test("the page has not kept or shown a password, and has not complained", async () => {
  expect(await secrecy.places([samba.place.password, "not-that-one"])).toEqual([]);
  expect(browser.complaints).toEqual([]);
});
