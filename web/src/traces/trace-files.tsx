// The files that a trace was read from.

import { grouped, instant, size } from "../figures";
import type { TraceFile } from "./found";

/** Open when something is wrong with one. */
export function TraceFiles({ files }: { files: TraceFile[] }) {
  const isWrong = files.some((file) => file.left_out !== null || file.damaged_places > 0);
  return (
    <details open={isWrong} class="files">
      <summary>{files.length === 1 ? "The file" : `The ${grouped(files.length)} files`}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="wide" aria-label="Files" tabIndex={0}>
        <table>
          <caption class="unseen">Files</caption>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col" class="number">
                Packets
              </th>
              <th scope="col">First packet (UTC)</th>
              <th scope="col">Last packet (UTC)</th>
              <th scope="col">Hash</th>
              <th scope="col">Damage</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <tr key={file.name}>
                <th scope="row">{file.name === "-" ? "standard input" : file.name}</th>
                <td class="number">{size(file.size)}</td>
                <td class="number">{file.packets === null ? "–" : grouped(file.packets)}</td>
                <td class="nowrap">{file.first_time === null ? "–" : instant(file.first_time)}</td>
                <td class="nowrap">{file.last_time === null ? "–" : instant(file.last_time)}</td>
                <td>
                  <span class="hint">XXH3-128</span>
                  <code>{file.xxh3_128}</code>
                  {file.sha256 === null ? null : (
                    <>
                      <span class="hint">SHA-256</span>
                      <code>{file.sha256}</code>
                    </>
                  )}
                </td>
                <td>
                  <Damage file={file} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}

function Damage({ file }: { file: TraceFile }) {
  const more = file.damaged_places - file.damages.length;
  if (file.left_out !== null) {
    return <span class="bad">left out: {file.left_out}</span>;
  }
  if (file.damaged_places === 0) {
    return <>none</>;
  }
  return (
    <ul class="plain">
      {file.damages.map(({ offset, reason, skipped }) => (
        <li key={offset}>
          at byte {grouped(offset)}: {reason}; {grouped(skipped)} bytes not read
        </li>
      ))}
      {more > 0 ? <li>and {grouped(more)} more places</li> : null}
    </ul>
  );
}
