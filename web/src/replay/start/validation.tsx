// Whether the chosen sessions can be replayed, and whether the share is ready for them.

import type { Validation } from "@smbreplay/sdk";
import { counted, grouped, size } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { Sentences } from "../sentences";

/** What a check found. */
export function ValidationResult({ found }: { found: Validation }) {
  const { operations, file_system } = found.checks;
  return (
    <div class="found">
      <p role="status">
        <strong class={found.ready ? "good" : "bad"}>
          {found.ready ? "✓ Ready: nothing stands in the way." : "✗ Not ready: something stands in the way."}
        </strong>
      </p>
      <Sentences title="What stands in the way" kind="trouble" sentences={found.errors} />
      <Sentences title="Worth knowing" sentences={found.warnings} />
      {operations ? <Operations check={operations} /> : null}
      {file_system ? <FileSystem check={file_system} /> : null}
    </div>
  );
}

function Operations({ check }: { check: NonNullable<Validation["checks"]["operations"]> }) {
  return (
    <>
      <h3>Operations</h3>
      <p>
        {grouped(check.supported_operations)} of {counted(check.total_operations, "operation")} can be sent.
        {check.orphans > 0
          ? ` ${counted(check.orphans, "operation")} ${check.orphans === 1 ? "uses" : "use"} what was set up before the capture; stand-ins take its place.`
          : ""}
        {check.encrypted > 0
          ? ` ${counted(check.encrypted, "message")} ${check.encrypted === 1 ? "is" : "are"} encrypted without a known key.`
          : ""}
      </p>
      {check.issues.length > 0 ? (
        <Scrolled label="Issues">
          <table>
            <thead>
              <tr>
                <th>What is not as captured</th>
                <th>Command</th>
                <th class="number">Operations</th>
                <th class="number">First frame</th>
                <th>Sent</th>
              </tr>
            </thead>
            <tbody>
              {check.issues.map((issue) => (
                <tr key={`${issue.reason} ${issue.command}`}>
                  <th scope="row" class="text">
                    {issue.reason}
                  </th>
                  <td>{issue.command ?? "–"}</td>
                  <td class="number">{grouped(issue.count)}</td>
                  <td class="number">{issue.first_frame || "–"}</td>
                  <td>{issue.skipped ? "no" : "yes"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      ) : null}
    </>
  );
}

function FileSystem({ check }: { check: NonNullable<Validation["checks"]["file_system"]> }) {
  const missing = [...check.missing_directories, ...check.created_files];
  const troubles = check.differences.map(
    ({ share, path, frame, what }) => `${path} on share ${share}: ${what}${frame ? ` (frame ${frame})` : ""}`,
  );
  return (
    <>
      <h3>Share</h3>
      <p>
        {grouped(check.accessible_paths)} of {counted(check.total_paths, "path")} are there as they shall be
        {check.compared_bytes > 0 ? `; ${size(check.compared_bytes)} were read and compared` : ""}.
        {check.interrupted ? " Not everything was looked at." : ""}
      </p>
      <Sentences title="Missing; a setup would make them" sentences={missing} />
      <Sentences title="Missing, different, or in the way" sentences={troubles} />
      <Sentences title="Errors" kind="trouble" sentences={check.errors} />
      <Sentences title="Worth knowing" sentences={check.warnings} />
    </>
  );
}
