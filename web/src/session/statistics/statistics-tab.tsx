// What the operations of a session add up to.

import { useState } from "preact/hooks";
import { useAnswer } from "../../answer";
import { server } from "../../client";
import { grouped, instant } from "../../figures";
import { Facts } from "../../parts/facts";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { useAbout } from "../about";
import type { SessionRoute } from "../changed";
import { ByCommand } from "./by-command";
import { ByFile } from "./by-file";
import { ByStatus } from "./by-status";
import { Gaps } from "./gaps";
import { Slowest } from "./slowest";

export function StatisticsTab({ route }: { route: SessionRoute }) {
  const about = useAbout();
  const [order, setOrder] = useState<"bytes" | "operations">("bytes");
  const [top, setTop] = useState(10);
  const { value, error, again, waiting } = useAnswer(
    (signal) =>
      server().getSessionStatistics(about.name, { capture_path: about.trace, top, files_by: order }, { signal }),
    [about.trace, about.name, top, order],
  );
  if (!value) {
    return error ? <Trouble error={error} again={again} /> : waiting ? <Waiting what="Adding up" /> : null;
  }
  const { missing } = value;
  return (
    <div class="statistics">
      <Facts
        facts={[
          ["Operations", grouped(value.operations)],
          ["From", value.first_time ? `${instant(value.first_time)} UTC` : undefined],
          ["To", value.last_time ? `${instant(value.last_time)} UTC` : undefined],
          ["Notifications of the server", value.notifications > 0 ? grouped(value.notifications) : undefined],
          ["Encrypted, without a key", value.encrypted > 0 ? grouped(value.encrypted) : undefined],
          ["Not answered, or answer not captured", missing.no_response > 0 ? grouped(missing.no_response) : undefined],
          ["Request not captured", missing.no_request > 0 ? grouped(missing.no_request) : undefined],
          [
            "Without a response time (the clock of the capture went back)",
            missing.no_response_time > 0 ? grouped(missing.no_response_time) : undefined,
          ],
        ]}
      />
      <label class="inline">
        Files, slow operations and idle times in each list
        <select value={top} onChange={(event) => setTop(Number(event.currentTarget.value))}>
          {[10, 25, 100].map((top) => (
            <option key={top} value={top}>
              {top}
            </option>
          ))}
        </select>
      </label>
      <ByCommand route={route} commands={value.commands} />
      <ByStatus route={route} statuses={value.statuses} operations={value.operations} />
      <ByFile route={route} files={value.files} order={order} setOrder={setOrder} />
      <Slowest route={route} slowest={value.slowest} />
      <Gaps route={route} gaps={value.gaps} />
    </div>
  );
}
