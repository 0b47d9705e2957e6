// Names and values of the page.

import type { Locator, Page } from "playwright-core";

/** The value that stands beside a name. */
export function fact(within: Page | Locator, name: string): Locator {
  const term = within.getByRole("term").filter({ hasText: new RegExp(`^${name}$`) });
  return term.locator("xpath=following-sibling::dd[1]");
}
