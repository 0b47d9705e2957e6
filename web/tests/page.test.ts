// The page as the program serves it.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestServer } from "../../sdk/tests/support/server.js";
import { TestBrowser } from "./support/browser.js";

// What `npm run build` made, and the program embeds.
const BUILT = new URL("../../crates/api/assets/page/", import.meta.url);

let browser: TestBrowser;
let server: TestServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([TestBrowser.start(), TestServer.start()]);
});

afterAll(async () => {
  await browser.end();
  await server.end();
});

test("the program has the page that was built", async () => {
  const page = await browser.page();
  await page.goto(server.url);
  await page.getByRole("heading", { level: 1 }).waitFor();
  const since = await page.evaluate(() => performance.now());
  console.log(`from the start of the navigation to the first view: at most ${since.toFixed(0)} ms`);
  const built = readFileSync(fileURLToPath(new URL("index.html", BUILT)), "utf8");
  expect(await (await fetch(server.url)).text()).toBe(built);
  expect(browser.complaints).toEqual([]);
});

test("what is loaded first has at most 300 kB, compressed", () => {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(name, BUILT)));
  const first = read("index.html").toString();
  const named = readdirSync(fileURLToPath(new URL("assets/", BUILT))).filter((name) =>
    first.includes(`assets/${name}`),
  );
  expect(named.length).toBeGreaterThanOrEqual(2);
  const bytes = named.reduce((sum, name) => sum + gzipSync(read(`assets/${name}`)).length, 0);
  console.log(`what is loaded first: ${bytes} bytes, compressed`);
  expect(bytes).toBeLessThan(300_000);
});
