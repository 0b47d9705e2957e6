// Whether the page can be used without a mouse, with a screen reader, in both colour schemes and in a narrow window.

import axe, { type AxeResults, type RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestServer } from "../../sdk/tests/support/server.js";
import { TestBrowser } from "./support/browser.js";
import { Stage } from "./support/stage.js";

const WIDE = { width: 1280, height: 800 };
const NARROW = { width: 600, height: 800 };

let browser: TestBrowser;
let stage: Stage;
let page: Page;

beforeAll(async () => {
  [browser, stage] = await Promise.all([TestBrowser.start(), Stage.start()]);
  page = await browser.page();
  // Colours that are on their way to others are not judged.
  await page.emulateMedia({ reducedMotion: "reduce" });
});

afterAll(async () => {
  await browser.end();
  await stage.end();
});

/** What is wrong with what is seen now, or the part `of` it, in every look. */
async function faults(of = "html"): Promise<string[]> {
  const found = new Set<string>();
  for (const viewport of [WIDE, NARROW]) {
    await page.setViewportSize(viewport);
    if (
      await page.evaluate(() => {
        const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
        return scrollWidth > clientWidth || scrollHeight > clientHeight;
      })
    ) {
      found.add(`${viewport.width}: the window is scrolled, not its parts`);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      // The policy of the page takes no script of others; what a debugger evaluates is not asked.
      await page.evaluate(`window.axe === undefined && (() => { ${axe.source} })()`);
      const options: RunOptions = {
        preload: false,
        resultTypes: ["violations"],
        // The dark scheme differs in nothing but its colours.
        ...(colorScheme === "dark" ? { runOnly: ["color-contrast"] } : {}),
      };
      const results: AxeResults = await page.evaluate(
        ([of, options]) => (window as unknown as { axe: typeof axe }).axe.run(of, options),
        [of, options] as const,
      );
      for (const { id, impact, nodes } of results.violations) {
        for (const { target, failureSummary } of nodes) {
          found.add(`${viewport.width} ${colorScheme}: ${impact} ${id} at ${target.join(" ")}: ${failureSummary}`);
        }
      }
    }
  }
  await page.setViewportSize(WIDE);
  return [...found];
}

/** A view by its address; it is there when `name` is. */
async function open(url: string, name: string | RegExp): Promise<void> {
  await page.goto("about:blank");
  await page.goto(url);
  await page.getByRole("heading", { name, exact: true }).first().waitFor();
  await settled();
}

/** Nothing is being loaded any more. */
async function settled(): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForFunction(() => document.querySelector(".waiting, [aria-busy]") === null);
}

describe("nothing that axe-core knows stands in the way of anybody in", () => {
  test("the traces, and their dialogs", async () => {
    await open(stage.url(), "Traces");
    await page.getByRole("link", { name: "office.pcap" }).waitFor();
    await page.getByText("Ingest options").click();
    expect(await faults()).toEqual([]);
    await page.getByRole("button", { name: "Ingest again … office.pcap" }).click();
    await page.getByRole("dialog", { name: "Ingest office.pcap" }).waitFor();
    expect(await faults("dialog")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Delete … office.pcap" }).click();
    await page.getByRole("dialog", { name: "Delete office.pcap" }).waitFor();
    expect(await faults("dialog")).toEqual([]);
  });

  test("a trace, and the question before a replay is deleted", async () => {
    await open(stage.url("trace", { trace: stage.shown.trace }), "office.pcap");
    await page.getByRole("link", { name: stage.shown.same, exact: true }).waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole("button", { name: `Delete … ${stage.shown.same}`, exact: true }).click();
    await page.getByRole("dialog").waitFor();
    expect(await faults("dialog")).toEqual([]);
  });

  test("the operations of a session, with one open, a menu, and a filter that is wrong", async () => {
    const { trace, session } = stage.shown;
    await open(stage.url("session", { trace, session, op: 12 }), "Operation 12");
    expect(await faults()).toEqual([]);
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menu").waitFor();
    expect(await faults("[role=menu]")).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByText("How filters are written").click();
    await page.getByRole("combobox", { name: "Filter" }).fill("smb2.cmd == ");
    await page.getByRole("option").first().waitFor();
    await page.getByRole("alert").waitFor();
    expect(await faults("search")).toEqual([]);
  });

  test.each(["timeline", "statistics", "files"])("the %s of a session", async (tab) => {
    const { trace, session } = stage.shown;
    await page.goto("about:blank");
    await page.goto(stage.url("session", { trace, session, tab }));
    await page.getByRole("navigation", { name: "Parts of the session" }).waitFor();
    await settled();
    if (tab === "timeline") {
      await page.getByText("The same as a table").click();
    }
    expect(await faults()).toEqual([]);
  });

  test("the form of a replay, with all that can be said, tested and previewed", async () => {
    await open(stage.url("replay", { trace: stage.shown.trace }), "Replay office.pcap");
    for (const summary of await page.locator("summary").all()) {
      await summary.click();
    }
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.getByText("The server is ready.").waitFor();
    await page.getByRole("button", { name: "Check readiness" }).click();
    await page.getByText("Ready: nothing stands in the way.").or(page.getByText("Not ready")).waitFor();
    await settled();
    expect(await faults()).toEqual([]);
  });

  test("jobs, and a job", async () => {
    await open(stage.url("jobs"), "Jobs");
    await page.getByRole("row").nth(1).waitFor();
    expect(await faults()).toEqual([]);
    await open(stage.url("job", { job: stage.shown.divergedJob }), /^Replay/);
    expect(await faults()).toEqual([]);
  });

  test("a run: a cause that is open, its operations, its response times, and the question before it is deleted", async () => {
    const { trace, diverged: run } = stage.shown;
    await open(stage.url("run", { trace, run }), `Run ${run}`);
    await page.getByText("Only what differs").first().waitFor();
    expect(await faults()).toEqual([]);
    await open(stage.url("run", { trace, run, part: "operations", row: 3 }), `Run ${run}`);
    await page.getByText("Only what differs").first().waitFor();
    expect(await faults()).toEqual([]);
    await open(stage.url("run", { trace, run, part: "times" }), `Run ${run}`);
    await page.getByRole("heading", { name: "By command" }).waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole("button", { name: "Delete the run" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await faults("dialog")).toEqual([]);
  });

  test("the comparison of two runs", async () => {
    const { trace, same: run, diverged: other } = stage.shown;
    await open(stage.url("comparison", { trace, run, other }), "Two runs compared");
    await page.getByRole("heading", { name: /Worse/ }).waitFor();
    expect(await faults()).toEqual([]);
  });

  test("the settings", async () => {
    await open(stage.url("settings"), "Settings");
    await page.getByRole("button", { name: "Save" }).waitFor();
    expect(await faults()).toEqual([]);
  });

  test("the form that asks for the key, and says that it is wrong", async () => {
    const locked = await TestServer.start({ env: { API_KEY: "0123456789abcdef0123456789abcdef" } });
    try {
      await open(locked.url, "API key");
      await page.getByLabel("Key").fill("another");
      await page.keyboard.press("Enter");
      await page.getByRole("alert").waitFor();
      expect(await faults()).toEqual([]);
    } finally {
      await locked.end();
    }
  });

  test("what is shown of an address that leads nowhere", async () => {
    await page.goto("about:blank");
    await page.goto(stage.url("nowhere"));
    await page.getByRole("alert").waitFor();
    expect(await faults()).toEqual([]);
  });
});
