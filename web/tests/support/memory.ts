// How much memory a page has for itself.

import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** Bytes of memory that only the process of the page has, clean and dirty, as Linux counts them. */
export async function privateBytes(page: Page): Promise<number> {
  const browser = page.context().browser();
  const session = browser ? await browser.newBrowserCDPSession() : await page.context().newCDPSession(page);
  try {
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    return Math.max(...processInfo.filter(({ type }) => type === "renderer").map(({ id }) => privateOf(id)));
  } finally {
    await session.detach();
  }
}

function privateOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, number]) => Number(number));
  return kilobytes.reduce((sum, number) => sum + number, 0) * 1024;
}
