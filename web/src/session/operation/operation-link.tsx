// A link to another operation of the session.

import { grouped } from "../../figures";
import { address } from "../../route";
import { changed, type SessionRoute } from "../changed";

export function OperationLink({ route, op }: { route: SessionRoute; op: number }) {
  return (
    <a href={address(changed(route, { tab: "operations", op }))} aria-current={route.op === op ? "true" : undefined}>
      operation {grouped(op)}
    </a>
  );
}
