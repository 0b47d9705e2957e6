
// Plots of points in cells, so that a hundred thousand are as quick as a hundred.
const CELL = 4;
const MARGIN = { left: 56, right: 10, top: 10, bottom: 36 };
// The shortest time that is told apart, nanoseconds.
const SHORTEST = 1000;

const logarithm = (nanoseconds) => Math.log10(Math.max(SHORTEST, nanoseconds));

/** A plot: `point(row)` is where a row lies, or null; the axes have a name, and are of powers of ten or of seconds. */
function plot(canvas, point, x, y, withDiagonal) {
  let cells = new Map();
  let view = null;
  const draw = () => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const context = cleared(canvas, width, height);
    const colours = palette();
    view = bounds(point, x, y, withDiagonal);
    const [wide, high] = [width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
    const across = (value) => MARGIN.left + ((value - view.left) / (view.right - view.left)) * wide;
    const up = (value) => MARGIN.top + high - ((value - view.low) / (view.high - view.low)) * high;
    frame(context, colours, { view, across, up, width, height, x, y });
    if (withDiagonal) {
      const [from, to] = [Math.max(view.left, view.low), Math.min(view.right, view.high)];
      context.strokeStyle = colours.muted;
      context.beginPath();
      context.moveTo(across(from), up(from));
      context.lineTo(across(to), up(to));
      context.stroke();
    }
    cells = new Map();
    for (let row = 0; row < rowCount; row++) {
      const at = point(row);
      if (!at) continue;
      const key = Math.floor(across(at[0]) / CELL) * 4096 + Math.floor(up(at[1]) / CELL);
      const rank = rankOf[column.verdict[row]];
      const cell = cells.get(key);
      if (!cell) cells.set(key, { count: 1, rank, row });
      else { cell.count++; if (rank > cell.rank) { cell.rank = rank; cell.row = row; } }
    }
    for (const [key, { count, rank }] of cells) drawCell(context, colours, Math.floor(key / 4096) * CELL, (key % 4096) * CELL, count, rank);
  };
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const [column_, line] = [Math.floor((event.clientX - box.left) / CELL), Math.floor((event.clientY - box.top) / CELL)];
    const cell = cells.get(column_ * 4096 + line);
    showTip(event, cell ? `${grouped(cell.count)} here, one of them:\n${inWords(cell.row)}` : "");
  });
  canvas.addEventListener("pointerleave", (event) => showTip(event, ""));
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const cell = cells.get(Math.floor((event.clientX - box.left) / CELL) * 4096 + Math.floor((event.clientY - box.top) / CELL));
    if (cell) choose(cell.row);
  });
  keepDrawn(canvas, draw);
  return draw;
}

function drawCell(context, colours, x, y, count, rank) {
  context.fillStyle = colours.ranks[rank];
  context.globalAlpha = Math.min(1, 0.5 + 0.12 * Math.log2(count));
  if (rank < DIVERGED) context.fillRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
  context.globalAlpha = 1;
  if (rank >= DIVERGED) {
    // A cross: what diverged is told by its form too.
    context.fillRect(x - 1, y + 1, CELL + 2, 2);
    context.fillRect(x + 1, y - 1, 2, CELL + 2);
  }
}

function bounds(point, x, y, isSquare) {
  let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let row = 0; row < rowCount; row++) {
    const at = point(row);
    if (!at) continue;
    left = Math.min(left, at[0]); right = Math.max(right, at[0]);
    low = Math.min(low, at[1]); high = Math.max(high, at[1]);
  }
  if (left > right) [left, right, low, high] = [x.isLog ? 3 : 0, x.isLog ? 9 : 1, 3, 9];
  if (isSquare) { left = low = Math.min(left, low); right = high = Math.max(right, high); }
  const pad = (from, to, isLog) => (isLog ? [Math.floor(from * 2) / 2, Math.max(Math.ceil(to * 2) / 2, Math.floor(from * 2) / 2 + 0.5)] : [from, to > from ? to : from + 1]);
  [left, right] = pad(left, right, x.isLog);
  [low, high] = pad(low, high, y.isLog);
  return { left, right, low, high };
}

function frame(context, colours, { view, across, up, width, height, x, y }) {
  const marks = (from, to, isLog, most) => {
    if (!isLog) return ticks(from, to, most).map((at) => [at, `${Number(at.toPrecision(6))} s`]);
    const found = [];
    for (let power = Math.ceil(from); power <= to; power++) found.push([power, (power === 3 ? "≤ " : "") + duration(10 ** power)]);
    return found;
  };
  for (const [at, name] of marks(view.left, view.right, x.isLog, width / 90)) {
    context.fillStyle = colours.line;
    context.fillRect(across(at), MARGIN.top, 1, height - MARGIN.top - MARGIN.bottom);
    context.fillStyle = colours.muted;
    context.fillText(name, across(at) + 2, height - MARGIN.bottom + 13);
  }
  for (const [at, name] of marks(view.low, view.high, y.isLog, height / 50)) {
    context.fillStyle = colours.line;
    context.fillRect(MARGIN.left, up(at), width - MARGIN.left - MARGIN.right, 1);
    context.fillStyle = colours.muted;
    context.fillText(name, 4, up(at) + 4);
  }
  context.fillStyle = colours.text;
  context.fillText(x.name, MARGIN.left + 2, height - 7);
  context.fillText(y.name, MARGIN.left + 4, MARGIN.top + 11);
}

function startPlots() {
  const commands = byId("plot-command");
  const names = [...new Set(column.command)].filter((number) => number >= 0).sort((a, b) => (text(a) < text(b) ? -1 : 1));
  for (const number of names) commands.append(element("option", { value: String(number) }, text(number)));
  const drawLatency = plot(byId("latency-canvas"), (row) => {
    if (commands.value !== "" && column.command[row] !== Number(commands.value)) return null;
    const [captured, live] = [column.captured_latency[row], column.live_latency[row]];
    return Number.isNaN(captured) || Number.isNaN(live) ? null : [logarithm(captured), logarithm(live)];
  }, { name: "captured", isLog: true }, { name: "live", isLog: true }, true);
  commands.addEventListener("change", drawLatency);
  plot(byId("lag-canvas"), (row) => {
    const [sent, lag] = [column.sent[row], column.lag[row]];
    return Number.isNaN(sent) || Number.isNaN(lag) ? null : [sent / 1e9, logarithm(lag)];
  }, { name: "since the run began", isLog: false }, { name: "lag", isLog: true }, false);
}
