// The main path without a mouse: from the captures to an operation, and on to a replay and its causes.

import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "./support/browser.js";
import { Stage } from "./support/stage.js";

/** No view has more stops of the Tab key than this before what is wanted. */
const MOST_STOPS = 80;

let browser: TestBrowser;
let stage: Stage;
let page: Page;

beforeAll(async () => {
  [browser, stage] = await Promise.all([TestBrowser.start(), Stage.start()]);
  page = await browser.page();
});

afterAll(async () => {
  await browser?.end();
  await stage?.end();
});

/** Presses Tab until the keyboard is at `wanted`; all stops on the way can be seen to be such. */
async function tabTo(wanted: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await wanted.waitFor();
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    if (await hasFocus(wanted)) {
      return;
    }
    await page.keyboard.press(key);
    expect(await unseenFocus()).toBeNull();
  }
  throw new Error(`${wanted} is not reached with ${key}`);
}

async function hasFocus(wanted: Locator): Promise<boolean> {
  return wanted.evaluate((element) => element === document.activeElement);
}

/** What has the focus and does not show it. */
async function unseenFocus(): Promise<string | null> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) {
      return null;
    }
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const isSeen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0 && width > 0 && height > 0;
    return isSeen ? null : element.outerHTML.slice(0, 200);
  });
}

async function enter(wanted: Locator): Promise<void> {
  await tabTo(wanted);
  await page.keyboard.press("Enter");
}

test("from the captures to an operation, its fields, a filter and back", async () => {
  await page.goto(stage.url());
  await page.getByRole("link", { name: "office.pcap" }).waitFor();
  await page.keyboard.press("Tab");
  expect(await hasFocus(page.getByRole("button", { name: "Skip to the content" }))).toBe(true);
  await page.keyboard.press("Enter");
  expect(await hasFocus(page.getByRole("main"))).toBe(true);
  await enter(page.getByRole("link", { name: "office.pcap" }));

  await page.getByRole("heading", { level: 1, name: "office.pcap" }).waitFor();
  expect(await hasFocus(page.getByRole("main"))).toBe(true);
  const sessions = page.getByRole("table", { name: "Sessions" });
  await enter(sessions.getByRole("row").nth(1).getByRole("link").first());

  const grid = page.getByRole("grid", { name: "Operations" });
  await page.getByText("470 operations.").waitFor();
  const third = await grid.getByRole("row").nth(3).getByRole("gridcell").first().textContent();
  await tabTo(grid);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: `Operation ${third}`, exact: true }).waitFor();
  expect(await hasFocus(grid)).toBe(true);
  const tree = page.getByRole("tree", { name: "Fields of the request" });
  await tabTo(tree.getByRole("treeitem").first());
  await page.keyboard.press("ArrowDown");
  expect(await hasFocus(tree.getByRole("treeitem").nth(1))).toBe(true);
  expect(await tree.getByRole("treeitem").nth(1).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Escape");
  await page.getByRole("complementary").waitFor({ state: "detached" });
  expect(await hasFocus(grid)).toBe(true);

  // The menu of a cell makes a filter of its value.
  await page.keyboard.press("End");
  await page.keyboard.press("Home");
  for (let column = 0; column < 6; column += 1) {
    await page.keyboard.press("ArrowRight");
  }
  await page.keyboard.press("Shift+F10");
  const menu = page.getByRole("menu", { name: "Command: filters" });
  await menu.waitFor();
  expect(await hasFocus(menu.getByRole("menuitem").first())).toBe(true);
  await page.keyboard.press("Enter");
  await page.getByText(/^[\d,]+ of 470 operations match\.$/).waitFor();

  const box = page.getByRole("combobox", { name: "Filter" });
  expect(await box.inputValue()).toMatch(/^command == [A-Z_]+$/);
  await tabTo(box, "Shift+Tab");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("smb2.nt_sta");
  await page.getByRole("option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("!= STATUS_SUCCESS");
  await page.keyboard.press("Enter");
  await page.waitForURL(/filter=smb2\.nt_status\+%21%3D\+STATUS_SUCCESS/);
  await page.getByText(/^[\d,]+ of 470 operations match\.$/).waitFor();
  expect(browser.complaints).toEqual([]);
});

test("from a session to a replay, its job, its run, a cause and an operation of it", async () => {
  const { trace, session } = stage.shown;
  await page.goto(stage.url("session", { trace, session }));
  await enter(page.getByRole("link", { name: "Replay", exact: true }));
  await page.getByRole("heading", { level: 1, name: "Replay office.pcap" }).waitFor();
  await enter(page.getByRole("button", { name: "Test connection" }));
  await page.getByText("The server is ready.").waitFor();
  await tabTo(page.getByRole("textbox", { name: /^Root folder/ }));
  await page.keyboard.type("keyboard");
  await enter(page.getByRole("button", { name: "Start the replay" }));
  await enter(page.getByRole("link", { name: /^Look at the run/ }));

  await page.getByRole("heading", { level: 1, name: /^Run / }).waitFor();
  const causes = page.locator("details.cause > summary");
  await tabTo(causes.nth(1));
  await page.keyboard.press("Enter");
  await page.getByText("Only what differs").nth(1).waitFor();
  await tabTo(page.getByRole("link", { name: "Operations", exact: true }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await enter(page.getByRole("button", { name: "Row 2 in full" }));
  await page.getByText("Only what differs").waitFor();
  expect(await page.getByRole("button", { name: "Row 2 in full" }).getAttribute("aria-expanded")).toBe("true");
  expect(browser.complaints).toEqual([]);
});

test("a dialog keeps the keyboard, closes with Escape, and gives it back", async () => {
  await page.goto(stage.url("trace", { trace: stage.shown.trace }));
  const opener = page.getByRole("button", { name: "Ingest again …" });
  await enter(opener);
  const dialog = page.getByRole("dialog", { name: "Ingest office.pcap" });
  await dialog.waitFor();
  for (let stop = 0; stop < 30; stop += 1) {
    await page.keyboard.press("Tab");
    // Behind its last stop is the browser's own frame, never the page below it.
    expect(
      await page.evaluate(() => {
        const { activeElement, body } = document;
        return activeElement === body || activeElement?.closest("dialog") !== null;
      }),
    ).toBe(true);
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement !== document.body);
  expect(await hasFocus(opener)).toBe(true);
});
