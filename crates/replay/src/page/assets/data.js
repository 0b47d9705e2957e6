
"use strict";

// The operations as columns: numbers are -1, times NaN, where there is none. Times are nanoseconds.
const page = JSON.parse(document.getElementById("data").textContent);
const rowCount = page.count;
const numbers = (name) => Int32Array.from(page.columns[name], (value) => value ?? -1);
const times = (name) => Float64Array.from(page.columns[name], (value) => value ?? NaN);
const column = {
  session: numbers("session"), op: numbers("op"), clone: numbers("clone"), connection: numbers("connection"),
  live_connection: numbers("live_connection"), verdict: numbers("verdict"), command: numbers("command"), share: numbers("share"),
  path: numbers("path"), captured_status: numbers("captured_status"), live_status: numbers("live_status"), cause: numbers("cause"),
  group: numbers("group"), detail: numbers("detail"), frame: times("frame"), requested: times("requested"),
  captured_latency: times("captured_latency"), sent: times("sent"), live_latency: times("live_latency"), lag: times("lag"),
};
page.columns = null;

const text = (number) => (number < 0 ? "" : page.texts[number]);
const verdictOf = (row) => page.verdicts[column.verdict[row]];
// What is worse has a higher rank: it is drawn over the rest.
const RANKS = { match: 1, extra: 2, not_compared: 3, skipped: 4, body: 5, status: 6, no_response: 7 };
const VERDICT_OF_RANK = Object.fromEntries(Object.entries(RANKS).map(([verdict, rank]) => [rank, verdict]));
const rankOf = Uint8Array.from(page.verdicts, (verdict) => RANKS[verdict]);
const DIVERGED = 5;

const capturedStatus = (row) => (verdictOf(row) === "extra" ? "" : text(column.captured_status[row]) || "no response");
function liveStatus(row) {
  if (Number.isNaN(column.sent[row])) return "not sent";
  return text(column.live_status[row]) || "no response";
}
const short = (status) => (status.startsWith("STATUS_") ? status.slice(7) : status);

/** Nanoseconds in a unit that suits them. */
function duration(nanoseconds) {
  if (Number.isNaN(nanoseconds)) return "";
  for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["µs", 1e3]]) {
    if (Math.abs(nanoseconds) >= size) return `${Number((nanoseconds / size).toPrecision(3))} ${unit}`;
  }
  return `${nanoseconds} ns`;
}
const milliseconds = (nanoseconds) => (Number.isNaN(nanoseconds) ? "" : (nanoseconds / 1e6).toFixed(3));
const grouped = (number) => number.toLocaleString("en");

/** An element with these properties and children; strings become text, never markup. */
function element(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (key === "class") made.className = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}
const byId = (id) => document.getElementById(id);

/** The row of an operation: the rows of a session have their op, those of clones their clone as well. */
let rowsByPlace = null;
function rowOf(session, op, clone) {
  if (!rowsByPlace) {
    rowsByPlace = new Map();
    for (let row = 0; row < rowCount; row++) {
      if (column.op[row] >= 0) rowsByPlace.set(`${column.session[row]}/${column.op[row]}/${column.clone[row]}`, row);
    }
  }
  return rowsByPlace.get(`${session}/${op}/${clone}`);
}
