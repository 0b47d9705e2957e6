// What one should know of a run beside its verdict.

import type { Report } from "@smbreplay/sdk";
import { grouped } from "../../figures";
import { Scrolled } from "../../parts/scrolled";
import { Sentences } from "../sentences";
import { VerdictTag } from "../verdicts";

/** Warnings, reasons, and rules that took out differences. */
export function Remarks({ report }: { report: Report }) {
  const { setup, reasons } = report;
  const troubles = setup?.errors.map(({ share, path, what }) => `${path} on share ${share}: ${what}`) ?? [];
  const ignored = report.ignored.filter(({ differences }) => differences > 0);
  const unused = report.ignored.filter(({ differences }) => differences === 0);
  return (
    <>
      <Sentences title="Worth knowing" sentences={[...report.warnings, ...(setup?.warnings ?? [])]} />
      <Sentences title="What could not be set up before" sentences={troubles} />
      {reasons.length > 0 ? (
        <details class="remarks">
          <summary>Not sent or not compared, and why ({grouped(reasons.length)})</summary>
          <Scrolled label="Not sent or not compared">
            <table>
              <thead>
                <tr>
                  <th>Verdict</th>
                  <th class="number">Operations</th>
                  <th>Reason</th>
                </tr>
              </thead>
              <tbody>
                {reasons.map(({ verdict, reason, count }) => (
                  <tr key={`${verdict} ${reason}`}>
                    <td>
                      <VerdictTag verdict={verdict} />
                    </td>
                    <td class="number">{grouped(count)}</td>
                    <th scope="row" class="text">
                      {reason}
                    </th>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </details>
      ) : null}
      {report.ignored.length > 0 ? (
        <details class="remarks">
          <summary>Differences that do not count, by rule</summary>
          <Scrolled label="Rules">
            <table>
              <thead>
                <tr>
                  <th>Rule</th>
                  <th class="number">Differences</th>
                </tr>
              </thead>
              <tbody>
                {[...ignored, ...unused].map(({ rule, differences }) => (
                  <tr key={rule}>
                    <th scope="row">
                      <code>{rule}</code>
                    </th>
                    <td class="number">{grouped(differences)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </Scrolled>
        </details>
      ) : null}
    </>
  );
}
