// The language of filters, in short.

const EXAMPLES: [filter: string, meaning: string][] = [
  ["smb2.nt_status == STATUS_ACCESS_DENIED", "operations that were answered with this status"],
  ["status != STATUS_SUCCESS && command == CREATE", "opens that did not succeed"],
  ["smb2.cmd in {READ, WRITE} && smb2.time > 0.05", "reads and writes of more than 50 ms"],
  ['smb2.filename contains "report"', "operations on files with this part in their path"],
  ['path matches "\\\\.docx?$"', "a regular expression, in any case"],
  ["kind == request", "requests without an answer"],
  ["interim_frame", "a field alone: operations that have it"],
  ["frame.time_relative >= 1.5 && frame.time_relative < 2", "by the time since the first frame"],
];

export function FilterHelp({ use }: { use: (filter: string) => void }) {
  return (
    <details class="filter-help">
      <summary>How filters are written</summary>
      <p>
        They are those of Wireshark's display filters, with its names of fields, but they select operations: a request
        with its response. All columns of session files go under their own names, too. Conditions are joined with{" "}
        <code>&amp;&amp;</code>, <code>||</code> and <code>^^</code>, turned round with <code>!</code>, and grouped with
        parentheses. A field that an operation does not have passes no comparison:{" "}
        <code>!(status == STATUS_SUCCESS)</code> also selects what was not answered,{" "}
        <code>status != STATUS_SUCCESS</code> does not.
      </p>
      <ul>
        {EXAMPLES.map(([filter, meaning]) => (
          <li key={filter}>
            <button type="button" class="plain mono" onClick={() => use(filter)}>
              {filter}
            </button>{" "}
            <span class="muted">{meaning}</span>
          </li>
        ))}
      </ul>
      <p class="muted">
        Arrow keys choose among what is offered, Enter or Tab takes it, Escape closes the list. Enter applies the
        filter. In an empty box, the down arrow offers the filters that were used last.
      </p>
    </details>
  );
}
