// The filters that were applied last; kept in this browser.

const KEPT = "smbreplay.filters";
const MOST = 20;

/** The last first. */
export function filtersUsed(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(kept) ? kept.filter((filter) => typeof filter === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function rememberFilter(filter: string): void {
  const text = filter.trim();
  if (text === "") {
    return;
  }
  try {
    const filters = [text, ...filtersUsed().filter((other) => other !== text)].slice(0, MOST);
    localStorage.setItem(KEPT, JSON.stringify(filters));
  } catch {
    // The browser keeps nothing.
  }
}
