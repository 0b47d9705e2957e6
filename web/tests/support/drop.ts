// A file that is dropped on the page, as a file manager does it.

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { Page } from "playwright-core";

/** Holds the file above the page, and lets it go. */
export async function dropFile(page: Page, path: string): Promise<void> {
  const file = { name: basename(path), content: readFileSync(path).toString("base64") };
  const dataTransfer = await page.evaluateHandle(({ name, content }) => {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    return transfer;
  }, file);
  const main = page.getByRole("main");
  for (const event of ["dragenter", "dragover", "drop"]) {
    await main.dispatchEvent(event, { dataTransfer });
  }
}
