// How sessions are replayed: how fast, in which order, which part of them.

import type { Config } from "@smbreplay/sdk";
import { ComparisonForm } from "./comparison-form";
import { NumberField } from "./number-field";
import type { ChangePlan, Plan } from "./plan";

const DIALECTS = ["2.0.2", "2.1", "3.0", "3.0.2", "3.1.1"];

/** What is rarely said is in details. */
export function HowForm({
  plan,
  change,
  config,
  trace,
}: {
  plan: Plan;
  change: ChangePlan;
  config: Config;
  trace: string;
}) {
  return (
    <section class="card" aria-label="How">
      <h2>How</h2>
      <div class="fields">
        <label>
          Pace
          <select value={plan.pace} onChange={(event) => change({ pace: event.currentTarget.value as Plan["pace"] })}>
            <option value="">as fast as possible</option>
            <option value="original">at the captured times</option>
            <option value="factor">faster or slower by a factor</option>
          </select>
        </label>
        {plan.pace === "factor" ? (
          <label>
            Factor
            <input
              type="number"
              min={0.001}
              step="any"
              required
              value={plan.factor}
              onInput={(event) => change({ factor: event.currentTarget.value })}
            />
            <small class="muted">2 is twice as fast as captured.</small>
          </label>
        ) : null}
        <label>
          Order
          <select
            value={plan.order}
            onChange={(event) => change({ order: event.currentTarget.value as Plan["order"] })}
          >
            <option value="">of the whole trace</option>
            <option value="session">of each session</option>
            <option value="none">of each connection alone</option>
          </select>
          <small class="muted">Which answers on other connections a request waits for.</small>
        </label>
        <label>
          Only these files
          <input
            value={plan.fileFilter}
            placeholder="all, or *.docx"
            spellcheck={false}
            onInput={(event) => change({ fileFilter: event.currentTarget.value })}
          />
          <small class="muted">A part of the path, or a pattern with * and ?. What they need goes out as well.</small>
        </label>
        <NumberField
          label="At most so many operations"
          min={1}
          value={plan.limit}
          placeholder="all"
          change={(limit) => change({ limit })}
        />
      </div>
      <details>
        <summary>Frames, waiting, dialect, encryption</summary>
        <div class="fields">
          <NumberField
            label="From frame"
            min={1}
            value={plan.from}
            placeholder="the first"
            change={(from) => change({ from })}
          />
          <NumberField
            label="To frame"
            min={1}
            value={plan.to}
            placeholder="the last"
            change={(to) => change({ to })}
          />
          <NumberField
            label="Longest idle gap, seconds"
            step="any"
            value={plan.maxGap}
            placeholder="as captured"
            hint="Longer gaps are shortened to it."
            change={(maxGap) => change({ maxGap })}
          />
          <NumberField
            label="Patience, seconds"
            step="any"
            value={plan.maxWait}
            placeholder={String(config.max_wait)}
            hint="For connecting, and for an answer beyond its captured latency."
            change={(maxWait) => change({ maxWait })}
          />
          <label>
            Dialect
            <select value={plan.dialect} onChange={(event) => change({ dialect: event.currentTarget.value })}>
              <option value="">the captured one</option>
              {DIALECTS.map((dialect) => (
                <option key={dialect} value={dialect}>
                  {dialect}
                </option>
              ))}
            </select>
          </label>
          <label>
            Encrypt
            <select
              value={plan.encrypt}
              onChange={(event) => change({ encrypt: event.currentTarget.value as Plan["encrypt"] })}
            >
              <option value="">what the server demands</option>
              <option value="captured">also what was encrypted in the capture</option>
              <option value="all">everything that can be</option>
            </select>
          </label>
        </div>
      </details>
      <ComparisonForm plan={plan} change={change} trace={trace} />
      <details>
        <summary>Checks before the first request</summary>
        <label class="check">
          <input
            type="checkbox"
            checked={plan.ping}
            onChange={(event) => change({ ping: event.currentTarget.checked })}
          />
          Try the server, the account and the share first
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={plan.validateFirst}
            onChange={(event) => change({ validateFirst: event.currentTarget.checked })}
          />
          Do not replay unless everything can be sent and the share is ready
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={plan.allowCaptured}
            onChange={(event) => change({ allowCaptured: event.currentTarget.checked })}
          />
          Allow a server that occurs in the capture. It may be the one in production.
        </label>
      </details>
    </section>
  );
}
