// Light, dark, or as the system has it. Applied as soon as the page is loaded, and kept in this browser.

const KEPT = "smbreplay.theme";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** The one that was chosen last. */
export function keptTheme(): Theme {
  return THEMES.find((theme) => theme === kept()) ?? "system";
}

/** Chooses one. */
export function chooseTheme(theme: Theme): void {
  try {
    if (theme === "system") {
      localStorage.removeItem(KEPT);
    } else {
      localStorage.setItem(KEPT, theme);
    }
  } catch {
    // A browser that keeps nothing still shows it.
  }
  apply(theme);
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function apply(theme: Theme): void {
  if (theme === "system") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
}

apply(keptTheme());
// Another tab has chosen one.
window.addEventListener("storage", ({ key }) => {
  if (key === KEPT || key === null) {
    apply(keptTheme());
  }
});
