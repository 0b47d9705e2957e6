
// The table of operations: only the rows that can be seen are in the document.
const ROW_HEIGHT = 24;
const COLUMNS = [
  { name: "Frame", number: true, of: (row) => column.frame[row], show: (row) => (Number.isNaN(column.frame[row]) ? "" : String(column.frame[row])) },
  { name: "Command", of: (row) => text(column.command[row]) },
  { name: "Path", of: (row) => text(column.path[row]) || text(column.share[row]) },
  { name: "Captured", of: (row) => short(capturedStatus(row)) },
  { name: "Live", of: (row) => short(liveStatus(row)) },
  { name: "Verdict", of: (row) => verdictOf(row), tag: true },
  { name: "Captured ms", number: true, of: (row) => column.captured_latency[row], show: (row) => milliseconds(column.captured_latency[row]) },
  { name: "Live ms", number: true, of: (row) => column.live_latency[row], show: (row) => milliseconds(column.live_latency[row]) },
];

const table = {
  grid: byId("table"), head: byId("table-head"), scroller: byId("table-scroller"), space: byId("table-space"),
  filter: byId("filter"), shown: byId("shown"),
  wanted: page.verdicts.map(() => true),
  order: Uint32Array.from({ length: rowCount }, (_, row) => row),
  rows: new Uint32Array(0),
  chosen: -1,
  sorted: { by: -1, down: false },
};

function applyFilter() {
  table.rows = filtered(table.order, table.filter.value, table.wanted);
  table.shown.textContent = `${grouped(table.rows.length)} of ${grouped(rowCount)} operations`;
  table.space.style.height = `${table.rows.length * ROW_HEIGHT}px`;
  table.grid.setAttribute("aria-rowcount", String(table.rows.length + 1));
  table.scroller.scrollTop = Math.min(table.scroller.scrollTop, table.rows.length * ROW_HEIGHT);
  drawRows();
}

function drawRows() {
  const first = Math.max(0, Math.floor(table.scroller.scrollTop / ROW_HEIGHT) - 5);
  const most = Math.ceil(table.scroller.clientHeight / ROW_HEIGHT) + 10;
  const drawn = [];
  for (let at = first; at < Math.min(table.rows.length, first + most); at++) drawn.push(rowElement(at, table.rows[at]));
  table.space.replaceChildren(...drawn);
}

function rowElement(at, row) {
  const made = element("div", { class: "row", role: "row", id: `row-${row}`, "aria-rowindex": String(at + 2), "aria-selected": String(row === table.chosen) });
  made.style.top = `${at * ROW_HEIGHT}px`;
  made.dataset.row = String(row);
  for (const each of COLUMNS) {
    const shown = each.show ? each.show(row) : each.of(row);
    const cell = element("span", { role: "gridcell", class: each.number ? "number" : each.name === "Path" ? "path" : "" });
    cell.append(each.tag ? element("span", { class: `tag ${shown}` }, shown) : shown);
    if (!each.number) cell.title = shown;
    made.append(cell);
  }
  return made;
}

/** Chooses an operation: shows what is known of it, and brings its row into view. */
function choose(row) {
  table.chosen = row;
  showDetails(row, choose);
  const at = table.rows.indexOf(row);
  if (at >= 0) {
    const top = at * ROW_HEIGHT;
    const { scrollTop, clientHeight } = table.scroller;
    if (top < scrollTop) table.scroller.scrollTop = top;
    if (top + ROW_HEIGHT > scrollTop + clientHeight) table.scroller.scrollTop = top + ROW_HEIGHT - clientHeight;
  }
  drawRows();
  table.grid.setAttribute("aria-activedescendant", `row-${row}`);
  document.dispatchEvent(new Event("chosen"));
}

function sortBy(index) {
  const { by, down } = table.sorted;
  table.sorted = { by: index, down: by === index && !down };
  const { of, number } = COLUMNS[index];
  const sign = table.sorted.down ? -1 : 1;
  const keys = Array.from({ length: rowCount }, (_, row) => of(row));
  // What has no number comes last, whichever way.
  const compare = number
    ? (a, b) => Number.isNaN(keys[a]) - Number.isNaN(keys[b]) || sign * (keys[a] - keys[b]) || a - b
    : (a, b) => sign * (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0) || a - b;
  table.order = Uint32Array.from({ length: rowCount }, (_, row) => row).sort(compare);
  [...table.head.children].forEach((cell, at) => {
    cell.setAttribute("aria-sort", at !== index ? "none" : table.sorted.down ? "descending" : "ascending");
    cell.firstChild.textContent = COLUMNS[at].name + (at !== index ? "" : table.sorted.down ? " ▾" : " ▴");
  });
  applyFilter();
}

function moveChoice(event) {
  const step = { ArrowUp: -1, ArrowDown: 1, PageUp: -15, PageDown: 15, Home: -Infinity, End: Infinity }[event.key];
  if (step === undefined || table.rows.length === 0) return;
  event.preventDefault();
  const at = table.rows.indexOf(table.chosen);
  const next = at < 0 && Number.isFinite(step) ? 0 : at + step;
  choose(table.rows[Math.min(table.rows.length - 1, Math.max(0, next))]);
}

function startTable() {
  table.head.className = "row";
  COLUMNS.forEach((each, index) => {
    const button = element("button", { type: "button" }, each.name);
    button.addEventListener("click", () => sortBy(index));
    table.head.append(element("span", { role: "columnheader", class: each.number ? "number" : "" }, button));
  });
  const counts = page.verdicts.map(() => 0);
  for (let row = 0; row < rowCount; row++) counts[column.verdict[row]]++;
  page.verdicts.forEach((verdict, index) => {
    if (counts[index] === 0) return;
    const box = element("input", { type: "checkbox", value: verdict });
    box.checked = true;
    box.addEventListener("change", () => { table.wanted[index] = box.checked; applyFilter(); });
    byId("verdicts").append(element("label", null, box, " ", element("span", { class: `tag ${verdict}` }, verdict), ` ${grouped(counts[index])}`));
  });
  let waiting = 0;
  table.filter.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(applyFilter, rowCount > 20000 ? 120 : 0); });
  table.scroller.addEventListener("scroll", () => requestAnimationFrame(drawRows), { passive: true });
  table.space.addEventListener("click", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) { choose(Number(row.dataset.row)); table.grid.focus({ preventScroll: true }); }
  });
  table.grid.addEventListener("keydown", moveChoice);
  for (const link of document.querySelectorAll("[data-cause]")) {
    link.addEventListener("click", () => { table.filter.value = `cause:${link.dataset.cause}`; applyFilter(); });
  }
  new ResizeObserver(drawRows).observe(table.scroller);
  applyFilter();
}
