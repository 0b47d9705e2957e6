// What a test of the lab server found.

import type { Answer } from "@smbreplay/sdk";
import { Scrolled } from "../../parts/scrolled";

type Readiness = Answer<"checkTarget">;
type Outcome = Readiness["checks"][number]["outcome"];

const OUTCOMES: Record<Outcome, { sign: string; words: string; colour: string }> = {
  ok: { sign: "✓", words: "ok", colour: "good" },
  warning: { sign: "!", words: "warning", colour: "warning" },
  failed: { sign: "✗", words: "failed", colour: "bad" },
  not_tried: { sign: "–", words: "not tried", colour: "muted" },
};

/** Every check with its outcome, what was found and what to do. */
export function TargetCheck({ found, isOld }: { found: Readiness; isOld: boolean }) {
  return (
    <div class="found">
      <p role="status">
        <strong class={found.ready ? "good" : "bad"}>
          {found.ready ? "✓ The server is ready." : "✗ The server cannot be used like this."}
        </strong>{" "}
        {isOld ? <span class="warning">The form has changed since this test.</span> : null}
      </p>
      <Scrolled label="Checks">
        <table>
          <thead>
            <tr>
              <th>Check</th>
              <th>Outcome</th>
              <th>Found</th>
              <th>What to do</th>
            </tr>
          </thead>
          <tbody>
            {found.checks.map(({ check, outcome, found, advice }) => {
              const { sign, words, colour } = OUTCOMES[outcome];
              return (
                <tr key={check}>
                  <th scope="row">{check.replaceAll("_", " ")}</th>
                  <td class={`outcome ${colour}`}>
                    <span aria-hidden="true">{sign}</span> {words}
                  </td>
                  <td class="text">{found}</td>
                  <td class="text">{advice}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrolled>
    </div>
  );
}
