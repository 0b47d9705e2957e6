// How the page looks in this browser.

import { useState } from "preact/hooks";
import { chooseTheme, keptTheme, THEMES, type Theme } from "./theme";

const TITLES: Record<Theme, string> = { system: "As the system has it", light: "Light", dark: "Dark" };

export function Appearance() {
  const [theme, setTheme] = useState(keptTheme);
  return (
    <fieldset>
      <legend>Colours</legend>
      {THEMES.map((name) => (
        <label key={name} class="check">
          <input
            type="radio"
            name="theme"
            checked={theme === name}
            onChange={() => {
              chooseTheme(name);
              setTheme(name);
            }}
          />
          {TITLES[name]}
        </label>
      ))}
    </fieldset>
  );
}
