
// What is known of the chosen operation.
const detailsPlace = byId("details");

/** Shows an operation; choose(row) chooses another one. */
function showDetails(row, choose) {
  const facts = element("dl", { class: "facts" });
  const fact = (name, ...value) => value.some(Boolean) && facts.append(element("dt", null, name), element("dd", null, ...value));
  const verdict = verdictOf(row);
  const status = (name) => (name ? element("code", null, short(name)) : "");
  fact("Verdict", element("span", { class: `tag ${verdict}` }, verdict));
  fact("Remark", text(column.detail[row]));
  fact("Captured", status(capturedStatus(row)));
  fact("Live", status(liveStatus(row)));
  fact("Path", element("span", { class: "path" }, text(column.path[row])));
  fact("Share", text(column.share[row]));
  fact("Frame", Number.isNaN(column.frame[row]) ? "" : String(column.frame[row]));
  fact("Session", element("code", null, text(column.session[row])), column.op[row] < 0 ? "" : ` operation ${column.op[row]}`);
  fact("Connection", column.connection[row] < 0 ? "" : `captured ${column.connection[row]}`,
    column.live_connection[row] < 0 ? "" : ` live ${column.live_connection[row]}`);
  fact("Clone", column.clone[row] > 0 ? String(column.clone[row]) : "");
  fact("Captured at", Number.isNaN(column.requested[row]) ? "" : `${(column.requested[row] / 1e9).toFixed(6)} s, took ${duration(column.captured_latency[row]) || "unknown"}`);
  fact("Sent at", Number.isNaN(column.sent[row]) ? "" : `${(column.sent[row] / 1e9).toFixed(6)} s, took ${duration(column.live_latency[row]) || "unknown"}`);
  fact("Late by", duration(column.lag[row]));
  detailsPlace.replaceChildren(element("h3", null, text(column.command[row])), facts, ...links(row, choose), ...differencesOf(row));
}

function links(row, choose) {
  const found = [];
  if (column.group[row] >= 0) {
    const number = column.group[row] + 1;
    const link = element("a", { href: `#cause-${number}` }, `Root divergence ${number}, in full`);
    link.addEventListener("click", () => { byId(`cause-${number}`).open = true; });
    found.push(element("p", null, link));
  }
  if (column.cause[row] >= 0) {
    const cause = rowOf(column.session[row], column.cause[row], column.clone[row]);
    const what = `operation ${column.cause[row]}`;
    if (cause === undefined) {
      found.push(element("p", null, `Follows from ${what}.`));
    } else {
      const button = element("button", { type: "button" }, what);
      button.addEventListener("click", () => choose(cause));
      found.push(element("p", null, "Follows from ", button, ` (${text(column.command[cause])})`));
    }
  }
  return found;
}

function differencesOf(row) {
  const found = page.differences[row];
  if (!found) return [];
  const body = element("tbody");
  for (const [field, captured, live] of found) {
    body.append(element("tr", null, element("th", { scope: "row" }, element("code", null, text(field))),
      element("td", null, text(captured)), element("td", null, text(live))));
  }
  const head = element("tr", null, ...["Field", "Captured", "Live"].map((name) => element("th", { scope: "col" }, name)));
  return [element("table", null, element("caption", null, "Compared fields that differ"), element("thead", null, head), body)];
}
