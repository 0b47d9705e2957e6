// What goes wrong, or is given up: wrong keys, filters and passwords, work that is cancelled, a server that is killed.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeLarge } from "../../sdk/tests/support/large.js";
import { TcpProxy } from "../../sdk/tests/support/proxy.js";
import { LabServer, TestServer } from "../../sdk/tests/support/server.js";
import { TestBrowser } from "./support/browser.js";
import { fact } from "./support/facts.js";
import { writePaused } from "./support/paused.js";
import { Secrecy } from "./support/secrecy.js";

const KEY = "the-right-key/with+signs&%41";
const WRONG_KEY = "another-key/with+signs&%41";
/** Of no account. */
const WRONG_PASSWORD = 'Geheim? "#%1\\';
/** A session of the project's capture, and how many operations it has. */
const [SESSION, OPERATIONS] = ["0x00000000cfb50b29", 470];

let browser: TestBrowser;
let server: TestServer;
let lab: LabServer;
let page: Page;
let secrecy: Secrecy;

beforeAll(async () => {
  [browser, lab] = await Promise.all([TestBrowser.start(), LabServer.start()]);
  server = await TestServer.start({ env: { API_KEY: KEY, SMBREPLAY_PORT: String(lab.port) } });
  server.putOffice();
  writePaused(capture("paused.pcap"), 60);
  writeLarge(capture("large.pcap"), 400);
  for (const path of ["office.pcap", "paused.pcap"]) {
    await client().ingestTrace({ path });
  }
  page = await browser.page();
  secrecy = new Secrecy(page);
});

afterAll(async () => {
  await browser?.end();
  await Promise.all([server?.end(), lab?.end()]);
});

function client() {
  return server.client({ apiKey: KEY });
}

function capture(name: string): string {
  return join(server.home, "cases", "2010101010", name);
}

/** Goes to a view; `about` is what stands behind its name in the address. */
async function show(view: string, about: Record<string, string>): Promise<void> {
  await page.goto(`${server.url}/#/${view}?${new URLSearchParams(about)}`);
}

async function showSession(): Promise<void> {
  await show("session", { trace: capture("office.pcap"), session: SESSION });
  await page.getByText(`${OPERATIONS} operations.`, { exact: true }).waitFor();
}

function filterBox(): Locator {
  return page.getByRole("combobox", { name: "Filter", exact: true });
}

/** What is offered under the box. */
function offered(): Locator {
  return page.getByRole("listbox", { name: "What may stand here" }).getByRole("option");
}

/** The option that the box says is the active one. */
async function activeOption(): Promise<string> {
  const id = await filterBox().getAttribute("aria-activedescendant");
  const active = page
    .locator(`[id="${id}"]`)
    .and(offered())
    .and(page.getByRole("option", { selected: true }));
  return (await active.count()) === 1 ? ((await active.textContent()) ?? "") : "";
}

/** Goes down the list to this option. */
async function chooseOption(text: string): Promise<void> {
  await offered().filter({ hasText: text }).first().waitFor();
  const place = (await offered().allInnerTexts()).findIndex((option) => option.startsWith(text));
  expect(place).toBeGreaterThanOrEqual(0);
  for (let presses = 0; presses <= place; presses += 1) {
    await page.keyboard.press("ArrowDown");
  }
  await expect.poll(activeOption).toMatch(new RegExp(`^${text}`));
}

/** Starts a replay that stays in the pause of its capture, and waits until it is there. */
async function startPaused(): Promise<void> {
  await show("replay", { trace: capture("paused.pcap") });
  await page.getByRole("combobox", { name: /^Pace/ }).selectOption("at the captured times");
  await page.getByRole("button", { name: "Start the replay" }).click();
  await page.getByRole("heading", { name: "Replay of paused.pcap" }).waitFor();
  await state("running").waitFor();
  await expect.poll(async () => doneOf(await fact(page, "Done").textContent())).toBeGreaterThan(0);
}

/** The state of the job that is shown, in this word. */
function state(word: string, on = page): Locator {
  return on.getByRole("status").filter({ hasText: new RegExp(`^\\S ${word}$`) });
}

/** The first number of `120 of 559`. */
function doneOf(text: string | null): number {
  return Number((text ?? "").replace(/ .*/, "").replaceAll(",", ""));
}

test("a wrong key is refused in words, and the right one lets in", async () => {
  await page.goto(server.url);
  const box = page.getByLabel("Key");
  await page.getByRole("heading", { name: "API key" }).waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  await box.fill(WRONG_KEY);
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "The server does not take this key." }).waitFor();
  await box.fill(KEY);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "office.pcap", exact: true }).waitFor();
  expect(await box.count()).toBe(0);
});

test("the key is kept in this tab, and nowhere else", async () => {
  await page.reload();
  await page.getByRole("link", { name: "office.pcap", exact: true }).waitFor();
  expect(await secrecy.places([KEY, WRONG_KEY])).toEqual(["the session storage"]);
  const other = await browser.page();
  await other.goto(server.url);
  await other.getByRole("heading", { name: "API key" }).waitFor();
  await other.close();
});

test("a wrong filter says what is wrong and where, and is not applied", async () => {
  await showSession();
  const before = page.url();
  // A sign of two UTF-16 units and four bytes stands before the fault.
  const filter = 'path contains "😀" && command == CREAT';
  await filterBox().fill(filter);
  const fault = page.getByRole("alert");
  await fault.filter({ hasText: "'CREAT' is no value of command; the nearest are CREATE" }).waitFor();
  expect(await fault.locator("mark").textContent()).toBe("CREAT");
  expect(await filterBox().getAttribute("aria-invalid")).toBe("true");
  expect(await filterBox().getAttribute("aria-describedby")).toBe(await fault.getAttribute("id"));
  expect(await page.getByRole("button", { name: "Apply" }).isDisabled()).toBe(true);
  await filterBox().press("Enter");
  await page.getByText(`${OPERATIONS} operations.`, { exact: true }).waitFor();
  expect(page.url()).toBe(before);
  await filterBox().pressSequentially("E");
  await fault.waitFor({ state: "detached" });
  expect(await filterBox().getAttribute("aria-invalid")).toBe(null);
});

test("a filter that comes with the address and is wrong is told as well", async () => {
  await show("session", { trace: capture("office.pcap"), session: SESSION, filter: "colour == 1" });
  const faults = page.getByRole("alert").filter({ hasText: /no field is called 'colour'/i });
  await faults.first().waitFor();
  expect(await filterBox().inputValue()).toBe("colour == 1");
  await page
    .locator("mark")
    .filter({ hasText: /^colour$/ })
    .waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByText(`${OPERATIONS} operations.`, { exact: true }).waitFor();
});

test("a filter is completed with the keyboard", async () => {
  await showSession();
  await filterBox().focus();
  await filterBox().pressSequentially("comm");
  await expect.poll(() => filterBox().getAttribute("aria-expanded")).toBe("true");
  await chooseOption("command");
  await page.keyboard.press("Enter");
  await expect.poll(() => filterBox().inputValue()).toBe("command ");
  await filterBox().pressSequentially("=");
  await chooseOption("== ");
  await page.keyboard.press("Tab");
  await expect.poll(() => filterBox().inputValue()).toBe("command == ");
  await filterBox().pressSequentially("clo");
  await chooseOption("CLOSE");
  await page.keyboard.press("Tab");
  await expect.poll(() => filterBox().inputValue()).toBe("command == CLOSE ");
  expect(await filterBox().evaluate((box) => box === document.activeElement)).toBe(true);
  await page.keyboard.press("ArrowDown");
  await offered().first().waitFor();
  await page.keyboard.press("Escape");
  await expect.poll(() => offered().count()).toBe(0);
  expect(await filterBox().inputValue()).toBe("command == CLOSE ");
  await page.keyboard.press("Enter");
  const { total } = await client().searchOperations(SESSION, {
    capture_path: "office.pcap",
    filter: "command == CLOSE",
  });
  await page.getByText(`${total} of ${OPERATIONS} operations match.`).waitFor();
  // It is offered when nothing is written.
  await filterBox().fill("");
  await page.keyboard.press("ArrowDown");
  await chooseOption("command == CLOSE");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await filterBox().inputValue()).trim()).toBe("command == CLOSE");
});

test("an ingest that is cancelled leaves nothing", async () => {
  await page.goto(`${server.url}/#/`);
  const captures = page.getByRole("region", { name: "Captures" });
  await captures.getByRole("button", { name: "Ingest … large.pcap" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Ingest", exact: true }).click();
  const work = page.getByRole("region", { name: "In progress" }).getByRole("listitem");
  await work.getByRole("progressbar", { name: "Ingest of large.pcap" }).waitFor();
  await work.getByRole("button", { name: "Cancel the ingest of large.pcap" }).click();
  await work.getByText("the ingest was cancelled; nothing of it is kept").waitFor({ timeout: 60_000 });
  await captures
    .getByRole("row", { name: /large\.pcap/ })
    .getByRole("cell", { name: "not yet" })
    .waitFor();
  const output = capture(".tracer");
  expect(readdirSync(output).toSorted()).toEqual(["office.pcap", "paused.pcap"]);
  expect(existsSync(capture("large.pcap"))).toBe(true);
  await page.getByRole("link", { name: "Jobs", exact: true }).click();
  const job = page.getByRole("row").filter({ hasText: "Ingest of large.pcap" });
  await job.getByText("stopped").waitFor();
});

test("in a pause of a replay its progress is that of all that was answered", async () => {
  await startPaused();
  await expect.poll(() => fact(page, "In flight").textContent()).toBe("0");
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page
    .getByRole("dialog", { name: "Stop this replay?" })
    .getByRole("button", { name: "Stop the replay" })
    .click();
  await state("stopped").waitFor();
});

test("a replay at its captured pace is stopped, and what was sent is judged", async () => {
  await startPaused();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Stop this replay?" });
  await dialog.getByText("No further request is sent.").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await state("running").waitFor();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await dialog.getByRole("button", { name: "Stop the replay" }).click();
  await page.getByText("the run was interrupted").waitFor({ timeout: 60_000 });
  await state("stopped").waitFor();
  await page.getByRole("link", { name: /^Look at the run/ }).click();
  await page.getByRole("heading", { name: /^Run / }).waitFor();
  await page.getByText("the run was interrupted").first().waitFor();
});

test("a connection that breaks is told and made again, and the replay goes on", async () => {
  const proxy = await TcpProxy.start(server.port);
  const { id } = await client().startReplay(undefined, { all: true, capture_path: "paused.pcap", pace: "original" });
  // In the pause of the capture nothing happens that the server could tell of.
  const other = await browser.page();
  await other.goto(`${proxy.url}/#/job?job=${id}`);
  await other.getByLabel("Key").fill(KEY);
  await other.keyboard.press("Enter");
  await state("running", other).waitFor();
  proxy.treat(...Array<"cut">(6).fill("cut"));
  proxy.cut();
  const broken = other.getByText("The connection to the server is broken.");
  await broken.waitFor();
  await broken.waitFor({ state: "detached" });
  await state("running", other).waitFor();
  await client().cancelJob(id);
  await state("stopped", other).waitFor();
  await other.close();
  await proxy.end();
});

test("a replay whose server is killed is interrupted once the server runs again", async () => {
  await startPaused();
  await server.kill();
  await page.getByText("The connection to the server is broken.").waitFor();
  await server.startAgain();
  await page.getByRole("alert").filter({ hasText: "The server was stopped before the job was done." }).waitFor();
  await state("interrupted").waitFor();
  await page.getByText("The connection to the server is broken.").waitFor({ state: "detached" });
  expect(await page.getByRole("button", { name: "Stop", exact: true }).count()).toBe(0);
  await page.getByRole("link", { name: "To the trace and its runs" }).click();
  await page.getByRole("heading", { name: "paused.pcap" }).waitFor();
  await page.getByRole("region", { name: "Replays" }).getByText("without a report").waitFor();
});

test("the same page replays again after that", async () => {
  await page.getByRole("link", { name: "Traces", exact: true }).click();
  await page.getByRole("link", { name: "office.pcap", exact: true }).click();
  await page.getByRole("link", { name: "Replay …" }).click();
  await page.getByRole("textbox", { name: /^Root folder/ }).fill("Again");
  await page.getByRole("button", { name: "Start the replay" }).click();
  await page.getByText(/requests were answered differently/).waitFor({ timeout: 60_000 });
});

test("a wrong password is told in words, and found nowhere", async () => {
  await show("replay", { trace: capture("office.pcap") });
  const form = page.getByRole("region", { name: "Lab server" });
  const box = form.getByLabel("Password");
  await box.fill(WRONG_PASSWORD);
  await form.getByRole("button", { name: "Test connection" }).click();
  await form.getByText("✗ The server cannot be used like this.").waitFor({ timeout: 60_000 });
  await form.getByText("STATUS_LOGON_FAILURE").first().waitFor();
  expect(await secrecy.places([WRONG_PASSWORD])).toEqual([]);
  await page.getByRole("button", { name: "Start the replay" }).click();
  await page.getByRole("heading", { name: "Replay of office.pcap" }).waitFor();
  await page.getByRole("main").getByText("STATUS_LOGON_FAILURE").first().waitFor({ timeout: 60_000 });
  expect(await secrecy.places([WRONG_PASSWORD])).toEqual([]);
  await page.goBack();
  await page.getByRole("heading", { name: "Replay office.pcap" }).waitFor();
  expect(await box.inputValue()).toBe("");
});

test("no key and no password was ever in an address, an answer or the page, and nothing was complained of", async () => {
  expect(await secrecy.places([WRONG_PASSWORD, WRONG_KEY])).toEqual([]);
  expect(await secrecy.places([KEY])).toEqual(["the session storage"]);
  expect(browser.complaints).toEqual([]);
});
