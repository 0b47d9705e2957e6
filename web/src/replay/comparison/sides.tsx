// The two runs in figures, beside each other.

import type { Answer } from "@smbreplay/sdk";
import type { ComponentChildren } from "preact";
import { duration, grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { address } from "../../route";

type TwoRuns = Answer<"compareReplays">;
type Side = TwoRuns["a"];

const ROWS: [name: string, value: (side: Side) => ComponentChildren][] = [
  ["Server", ({ target }) => `${target.server}:${target.port}`],
  ["Share", ({ target }) => target.share],
  ["User", ({ target }) => (target.domain ? `${target.domain}\\${target.username}` : target.username)],
  ["Operations", (side) => grouped(side.total_operations)],
  ["Answered as captured", (side) => grouped(side.matched)],
  ["Diverged", (side) => grouped(side.diverged)],
  ["Not sent", (side) => grouped(side.skipped)],
  ["Not compared", (side) => grouped(side.not_compared)],
  ["Live latency, median", (side) => duration(side.latency_ms.live.p50 * 1e6)],
  ["Live latency, p99", (side) => duration(side.latency_ms.live.p99 * 1e6)],
  ["Live latency, max", (side) => duration(side.latency_ms.live.max * 1e6)],
  ["Took", (side) => duration(side.elapsed * 1e9)],
];

export function Sides({ found, trace }: { found: TwoRuns; trace: string }) {
  const { a, b, only_in_a, only_in_b } = found;
  return (
    <Scrolled label="Figures of both runs">
      <table>
        <thead>
          <tr>
            <th>
              <span class="unseen">Figure</span>
            </th>
            {[a, b].map(({ run }, place) => (
              <th key={run} scope="col">
                {place === 0 ? "First" : "Second"}: <a href={address({ view: "run", trace, run })}>{run}</a>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, value]) => {
            const [one, other] = [value(a), value(b)];
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{one}</td>
                <td>{one === other ? other : <strong>{other}</strong>}</td>
              </tr>
            );
          })}
          {only_in_a > 0 || only_in_b > 0 ? (
            <tr>
              <th scope="row">Operations that only this run has</th>
              <td>{grouped(only_in_a)}</td>
              <td>{grouped(only_in_b)}</td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </Scrolled>
  );
}
