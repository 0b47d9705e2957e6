// The chain of requests that an operation was sent in.

import type { Schema } from "@smbreplay/sdk";
import type { SessionRoute } from "../changed";
import { OperationLink } from "./operation-link";

export function Chain({ route, chain }: { route: SessionRoute; chain: Schema<"ChainMember">[] }) {
  return (
    <section aria-label="Chain">
      <h3>Sent in one chain</h3>
      <ol class="chain-list">
        {chain.map(({ op, command, status }) => (
          <li key={op}>
            <OperationLink route={route} op={op} />: {command ?? "unknown"}
            {status ? `, ${status.replace(/^STATUS_/, "")}` : ""}
            {op === route.op ? " (this one)" : ""}
          </li>
        ))}
      </ol>
    </section>
  );
}
