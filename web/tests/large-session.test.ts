// A session of more rows than an element can be high: 1.2 million.

import { basename, join } from "node:path";
import type { Operation, SMBReplayClient } from "@smbreplay/sdk";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { TestServer } from "../../sdk/tests/support/server.js";
import { TestBrowser } from "./support/browser.js";
import { privateBytes } from "./support/memory.js";

/** Made by `cargo xtask web --test`. */
const FOLDER = process.env.SMBREPLAY_LARGE_SESSION;
const ROWS = 1_200_000;
const MOST = 300_000_000;
const GROUPED = new Intl.NumberFormat("en-US");
const of = { capture_path: "large.pcap", case_id: "2020202020" };

let browser: TestBrowser;
let server: TestServer;
let client: SMBReplayClient;
let session: string;
let address: string;
let page: Page;
let grid: Locator;

beforeAll(async () => {
  if (!FOLDER) {
    throw new Error("SMBREPLAY_LARGE_SESSION names no folder: cargo xtask web --test makes one");
  }
  [browser, server] = await Promise.all([
    TestBrowser.start(),
    TestServer.start({ env: { TRACES_FOLDER: join(FOLDER, "cases") } }),
  ]);
  client = server.client();
  const { sessions } = await client.listSessions(of);
  session = sessions[0]?.file_name ?? "";
  const { traces } = await client.listTraces({ case_id: of.case_id });
  const trace = traces.find(({ path }) => basename(path) === of.capture_path)?.path ?? "";
  address = `${server.url}/#/session?${new URLSearchParams({ trace, session })}`;
});

beforeEach(async () => {
  await page?.close();
  page = await browser.page();
  grid = page.getByRole("grid", { name: "Operations" });
  await page.goto(address);
  await page.getByText(`${GROUPED.format(ROWS)} operations.`).waitFor();
  await rowOf(0).waitFor();
});

afterAll(async () => {
  await browser?.end();
  await server?.end();
});

/** The row of the table that shows this operation, once it is there. Where the keyboard is, a cell has a button, too. */
function rowOf(op: number): Locator {
  const cell = page.getByRole("gridcell", { name: new RegExp(`^${GROUPED.format(op)}( |$)`) });
  return grid.getByRole("row").filter({ has: cell });
}

/** The numbers that the first column shows, of the rows that are seen; when all of them are there. */
async function numbersSeen(): Promise<number[]> {
  await page.waitForFunction(() => document.querySelector("[role=grid] [aria-busy]") === null);
  const texts = await grid.locator("[role=gridcell][aria-colindex='1']").allInnerTexts();
  return texts.map((text) => Number(text.replace(/[^0-9]/g, "")));
}

/** Compares what is seen now with what the server says of it. */
async function compareWithServer(): Promise<number> {
  const numbers = await numbersSeen();
  const [first = 0] = numbers;
  expect(numbers.length).toBeGreaterThan(10);
  expect(numbers).toEqual(numbers.map((_, place) => first + place));
  const fields = "op,request_frame,response_frame,command,path,pattern,new_path";
  const { operations } = await client.getOperations(session, { ...of, fields, offset: first, limit: numbers.length });
  expect(operations.map(({ op }) => op)).toEqual(numbers);
  const titles = await grid.getByRole("columnheader").allInnerTexts();
  const columns = ["No.", "Frame", "Answer", "Command", "Path"].map((title) => titles.indexOf(title));
  const shown = await grid
    .locator("[role=row]:has([role=gridcell])")
    .evaluateAll(
      (rows, columns) =>
        rows.map((row) => columns.map((column) => row.children[column]?.firstChild?.textContent ?? "")),
      columns,
    );
  expect(shown).toEqual(operations.map(told));
  return first;
}

/** What a row has to show of an operation. */
function told({ op, request_frame, response_frame, command, path, pattern, new_path }: Operation): string[] {
  const number = (value: number | null | undefined) => (typeof value === "number" ? GROUPED.format(value) : "");
  const place = path === "" ? "\\" : (path ?? pattern ?? "");
  const moved = typeof new_path === "string" ? ` → ${new_path}` : "";
  return [number(op), number(request_frame), number(response_frame), command ?? "", place + moved];
}

/** The page has less memory for itself than it may. */
async function expectLittleMemory(when: string): Promise<void> {
  const bytes = await privateBytes(page);
  console.log(`private memory of the page, ${when}: ${(bytes / 1e6).toFixed(0)} MB`);
  expect(bytes).toBeLessThan(MOST);
}

test("the scrollbar leads to the last row, and what is seen on the way is right", async () => {
  const height = await grid.evaluate((element) => element.scrollHeight - element.clientHeight);
  let before = 0;
  for (let step = 1; step <= 40; step += 1) {
    await grid.evaluate((element, top) => element.scrollTo(0, top), (height * step) / 40);
    if (step % 5 === 0) {
      const first = await compareWithServer();
      expect(first).toBeGreaterThan(before);
      before = first;
    }
  }
  await rowOf(ROWS - 1).waitFor();
  expect((await numbersSeen()).at(-1)).toBe(ROWS - 1);
  await expectLittleMemory("scrolled to the end by the bar");
  expect(browser.complaints).toEqual([]);
});

test("the wheel moves row by row, and also reaches the last row", async () => {
  await grid.hover();
  await page.mouse.wheel(0, 240);
  await page.waitForFunction(() =>
    document.querySelector("[role=grid] [role=gridcell]")?.textContent?.startsWith("10"),
  );
  expect(await compareWithServer()).toBe(10);
  // Rows are 24 pixels high; browsers take no more at once than an int holds.
  for (let turn = 0; turn < 40; turn += 1) {
    await page.mouse.wheel(0, 800_000);
  }
  await rowOf(ROWS - 1).waitFor();
  await compareWithServer();
  await page.mouse.wheel(0, -240);
  await rowOf(ROWS - 1).waitFor({ state: "detached" });
  await compareWithServer();
  await expectLittleMemory("scrolled to the end by the wheel");
});

test("keys reach the last row, page by page and at once, and open it", async () => {
  await grid.focus();
  for (let page_ = 0; page_ < 30; page_ += 1) {
    await page.keyboard.press("PageDown");
  }
  await compareWithServer();
  await page.keyboard.press("Control+End");
  await rowOf(ROWS - 1).waitFor();
  expect(await rowOf(ROWS - 1).getAttribute("aria-rowindex")).toBe(String(ROWS + 1));
  await compareWithServer();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: `Operation ${GROUPED.format(ROWS - 1)}` }).waitFor();
  await page.getByRole("complementary").getByRole("tree").first().waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+Home");
  await rowOf(0).waitFor();
  expect((await numbersSeen())[0]).toBe(0);
  await expectLittleMemory("from one end to the other by keys");
});

test("a number leads to its operation and its frame", async () => {
  const op = 777_777;
  await page.getByRole("combobox", { name: "Go to what" }).selectOption("operation");
  await page.getByRole("textbox", { name: "Number of the operation" }).fill("777,777");
  await page.keyboard.press("Enter");
  await rowOf(op).waitFor();
  expect(await numbersSeen()).toContain(op);
  const { operations } = await client.getOperations(session, {
    ...of,
    fields: "op,request_frame",
    offset: 345_678,
    limit: 1,
  });
  const [{ op: other = 0, request_frame } = { op: 0 }] = operations;
  await page.getByRole("combobox", { name: "Go to what" }).selectOption("frame");
  await page.getByRole("textbox", { name: "Number of the frame" }).fill(String(request_frame));
  await page.keyboard.press("Enter");
  await rowOf(other).waitFor();
  await compareWithServer();
  await page.getByRole("textbox", { name: "Number of the frame" }).fill("4000000000");
  await page.keyboard.press("Enter");
  await page.getByText("No operation of this session has frame 4,000,000,000.").waitFor();
});

test("a filter over all rows counts what matches, and leads to the last of it", async () => {
  const filter = "smb2.cmd == CREATE && smb2.nt_status != STATUS_SUCCESS";
  const { total } = await client.searchOperations(session, { ...of, filter, fields: "op", limit: 1 });
  expect(total).toBeGreaterThan(10_000);
  const last = await client.searchOperations(session, { ...of, filter, fields: "op", offset: total - 1, limit: 1 });
  await page.getByRole("combobox", { name: "Filter" }).fill(filter);
  await page.keyboard.press("Enter");
  await page.getByText(`${GROUPED.format(total)} of ${GROUPED.format(ROWS)} operations match.`).waitFor();
  await grid.focus();
  await page.keyboard.press("Control+End");
  await rowOf(last.operations[0]?.op ?? -1).waitFor();
  await expectLittleMemory("with a filter");
});

test("the timeline counts every row", async () => {
  await page.getByRole("link", { name: "Timeline" }).click();
  await page.getByText(`${GROUPED.format(ROWS)} operations in spans of`).waitFor();
  await page.getByText("The same as a table").click();
  const cells = page.getByRole("region", { name: "Timeline as a table" }).getByRole("link");
  const counts = (await cells.allInnerTexts()).map((text) => Number(text.replaceAll(",", "")));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(ROWS);
  await expectLittleMemory("with the timeline");
  expect(browser.complaints).toEqual([]);
});
