// Where a replay puts what it does, and as whom.

import { emptyPair, Pairs } from "./pairs";
import type { ChangePlan, Plan } from "./plan";

/** Folder, copies, and rules for names; `shares` and `users` are those of the capture. */
export function MappingForm({
  plan,
  change,
  shares,
  users,
}: {
  plan: Plan;
  change: ChangePlan;
  shares: string[];
  users: string[];
}) {
  return (
    <section class="card" aria-label="Where and as whom">
      <h2>Where and as whom</h2>
      <div class="fields">
        <label>
          Root folder
          <input
            value={plan.root}
            placeholder="the share itself"
            spellcheck={false}
            onInput={(event) => change({ root: event.currentTarget.value })}
          />
          <small class="muted">
            Everything is done below this folder of the share; what was there before the capture is built in it.
          </small>
        </label>
        <label>
          Clones
          <input
            type="number"
            min={1}
            max={4294967295}
            value={plan.clones}
            placeholder="1"
            onInput={(event) => change({ clones: event.currentTarget.value })}
          />
          <small class="muted">Copies of the sessions that run at once, each in a folder of its own.</small>
        </label>
        <label>
          What was there before the capture
          <select
            value={plan.setup}
            onChange={(event) => change({ setup: event.currentTarget.value as Plan["setup"] })}
          >
            <option value="">build it if there is a root folder</option>
            <option value="yes">build it</option>
            <option value="no">do not build it</option>
          </select>
        </label>
      </div>
      <details open={plan.shares.length + plan.paths.length + plan.users.length + plan.sids.length > 0}>
        <summary>Names and users that are others on the lab server</summary>
        <p class="muted">
          Without rules every captured disk share is the share above, every user the user above, and paths are as
          captured.
        </p>
        <Pairs
          title="Shares"
          noun="share"
          captured="Captured share"
          live="Live share"
          known={shares}
          rows={plan.shares}
          empty={emptyPair}
          change={(shares) => change({ shares })}
        />
        <Pairs
          title="Paths"
          noun="path"
          captured="Captured path"
          live="Live path"
          hint={
            <>
              What was at or below the first is at or below the second. <code>SHARE:\PATH</code> holds for one captured
              share.
            </>
          }
          rows={plan.paths}
          empty={emptyPair}
          change={(paths) => change({ paths })}
        />
        <Pairs
          title="Users"
          noun="user"
          captured="Captured user"
          live="Live user"
          without="%"
          known={users}
          hint={
            <>
              <code>DOMAIN\USER</code> or <code>USER</code>. Passwords are not stored, and leave this form when the
              replay starts.
            </>
          }
          rows={plan.users}
          empty={() => ({ ...emptyPair(), password: "" })}
          change={(users) => change({ users })}
          extra={(row, set) => (
            <label>
              Password
              <input
                type="password"
                autocomplete="off"
                value={row.password}
                onInput={(event) => set({ ...row, password: event.currentTarget.value })}
              />
            </label>
          )}
        />
        <Pairs
          title="Security identifiers"
          noun="domain"
          captured="Captured domain or machine"
          live="Live one"
          hint={
            <>
              Accounts of the first (<code>S-1-5-21-…</code>) in security descriptors and quotas are those of the
              second.
            </>
          }
          rows={plan.sids}
          empty={emptyPair}
          change={(sids) => change({ sids })}
        />
      </details>
    </section>
  );
}
