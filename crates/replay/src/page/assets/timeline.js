
// The timeline: two lanes for each connection or session. Drawing takes one pass over the operations, into bins of a pixel.
const GUTTER = 118;
const LANE = { half: 15, gap: 8, height: 38 };
const AXIS = 22;

const timeline = {
  canvas: byId("timeline-canvas"), scroller: byId("lanes-scroller"), space: byId("lanes-space"),
  lanes: [], laneOf: new Int32Array(rowCount),
  from: 0, to: 1, captured: 1, live: 1, scale: 1, pending: false, pressed: null,
};

function extent(start, length) {
  let end = 0;
  for (let row = 0; row < rowCount; row++) {
    const at = start[row] + (length[row] || 0);
    if (at > end) end = at;
  }
  return end || 1e6;
}

function layOutLanes() {
  const by = byId("lanes").value;
  const found = new Map();
  for (let row = 0; row < rowCount; row++) {
    const key = `${by === "session" ? column.session[row] : column.connection[row]}/${column.clone[row]}`;
    if (!found.has(key)) {
      const clone = column.clone[row] > 0 ? `, clone ${column.clone[row]}` : "";
      const own = by === "session" ? text(column.session[row]) : column.connection[row] < 0 ? "" : `connection ${column.connection[row]}`;
      found.set(key, { number: found.size, name: (own || "none") + clone });
    }
    timeline.laneOf[row] = found.get(key).number;
  }
  timeline.lanes = [...found.values()];
  timeline.space.style.height = `${timeline.lanes.length * LANE.height + 2 * AXIS}px`;
}

function scaleLive() {
  timeline.scale = byId("stretch").checked ? timeline.captured / timeline.live : 1;
}

function fit() {
  timeline.from = 0;
  timeline.to = Math.max(timeline.captured, timeline.live * timeline.scale) * 1.01;
}

const plotWidth = () => Math.max(50, Math.floor(timeline.space.clientWidth) - GUTTER - 6);
const laneHeight = () => Math.min(timeline.lanes.length * LANE.height + 2 * AXIS, 438);

function drawTimeline() {
  timeline.pending = false;
  const width = plotWidth();
  const height = laneHeight();
  timeline.canvas.style.height = `${height}px`;
  const context = cleared(timeline.canvas, timeline.space.clientWidth, height);
  const colours = palette();
  const scrolled = timeline.scroller.scrollTop;
  const first = Math.max(0, Math.floor(scrolled / LANE.height));
  const last = Math.min(timeline.lanes.length, first + Math.ceil(height / LANE.height) + 1);
  const bins = gather(first, last, width);
  for (let lane = first; lane < last; lane++) {
    const top = AXIS + lane * LANE.height - scrolled;
    context.fillStyle = colours.line;
    context.fillRect(0, top + LANE.height - LANE.gap / 2 - 1, GUTTER + width, 1);
    label(context, colours, timeline.lanes[lane].name, top);
    drawHalf(context, colours, bins, (lane - first) * 2, top, width);
    drawHalf(context, colours, bins, (lane - first) * 2 + 1, top + LANE.half, width);
  }
  axes(context, colours, width, height);
  mark(context, colours, scrolled, first, last, width);
}

/** For each half lane and pixel: how many requests begin there, the worst of them, and how many are outstanding. */
function gather(first, last, width) {
  const halves = Math.max(0, last - first) * 2;
  const bins = { width, count: new Uint32Array(halves * width), worst: new Uint8Array(halves * width), cover: new Int32Array(halves * (width + 1)) };
  const { from, to, scale, laneOf } = timeline;
  const unit = width / (to - from);
  const { requested, captured_latency, sent, live_latency, verdict } = column;
  const put = (half, start, length, rank) => {
    const x = Math.floor((start - from) * unit);
    const end = Math.floor((start + (length || 0) - from) * unit);
    if (end < 0 || x >= width) return;
    if (x >= 0) {
      const at = half * width + x;
      bins.count[at]++;
      if (rank > bins.worst[at]) bins.worst[at] = rank;
    }
    bins.cover[half * (width + 1) + Math.max(0, x)]++;
    bins.cover[half * (width + 1) + Math.min(width, end + 1)]--;
  };
  for (let row = 0; row < rowCount; row++) {
    const lane = laneOf[row];
    if (lane < first || lane >= last) continue;
    const rank = rankOf[verdict[row]];
    if (requested[row] >= 0) put((lane - first) * 2, requested[row], captured_latency[row], rank);
    if (sent[row] >= 0) put((lane - first) * 2 + 1, sent[row] * scale, live_latency[row] * scale, rank);
  }
  return bins;
}

function drawHalf(context, colours, bins, half, top, width) {
  const bottom = top + LANE.half - 2;
  let covering = 0;
  context.fillStyle = colours.muted;
  context.globalAlpha = 0.3;
  for (let x = 0; x < width; x++) {
    covering += bins.cover[half * (width + 1) + x];
    if (covering > 0) context.fillRect(GUTTER + x, bottom - 3, 1, 3);
  }
  for (let x = 0; x < width; x++) {
    const at = half * width + x;
    if (bins.count[at] === 0) continue;
    const rank = bins.worst[at];
    const isDiverged = rank >= DIVERGED;
    context.globalAlpha = isDiverged ? 1 : Math.min(1, 0.55 + 0.15 * Math.log2(bins.count[at]));
    context.fillStyle = colours.ranks[rank];
    // Not by colour alone: what diverged is taller, wider, and has a head.
    const tall = isDiverged ? LANE.half - 3 : 7;
    context.fillRect(GUTTER + x, bottom - tall, isDiverged ? 2 : 1, tall);
    if (isDiverged) context.fillRect(GUTTER + x - 2, bottom - tall, 6, 3);
  }
  context.globalAlpha = 1;
}

function label(context, colours, name, top) {
  context.save();
  context.beginPath();
  context.rect(0, top, GUTTER - 38, LANE.height);
  context.clip();
  context.fillStyle = colours.text;
  context.fillText(name, 6, top + 19);
  context.restore();
  context.fillStyle = colours.muted;
  context.fillText("capt.", GUTTER - 34, top + 11);
  context.fillText("live", GUTTER - 34, top + 11 + LANE.half);
}

function axes(context, colours, width, height) {
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, GUTTER + width + 6, AXIS);
  context.fillRect(0, height - AXIS, GUTTER + width + 6, AXIS);
  const unit = width / (timeline.to - timeline.from);
  const axis = (scale, y, name) => {
    context.fillStyle = colours.muted;
    context.fillText(name, 6, y);
    for (const at of ticks(timeline.from / scale / 1e9, timeline.to / scale / 1e9, width / 110)) {
      const x = GUTTER + (at * 1e9 * scale - timeline.from) * unit;
      context.fillStyle = colours.line;
      context.fillRect(x, AXIS - 4, 1, height - 2 * AXIS + 8);
      context.fillStyle = colours.muted;
      context.fillText(`${Number(at.toPrecision(9))} s`, x + 3, y);
    }
  };
  axis(1, 14, timeline.scale === 1 ? "both" : "captured");
  if (timeline.scale !== 1) axis(timeline.scale, height - 7, "live");
}

/** The chosen operation is framed. */
function mark(context, colours, scrolled, first, last, width) {
  const row = table.chosen;
  if (row < 0 || timeline.laneOf[row] < first || timeline.laneOf[row] >= last) return;
  const unit = width / (timeline.to - timeline.from);
  context.strokeStyle = colours.text;
  const top = AXIS + timeline.laneOf[row] * LANE.height - scrolled;
  for (const [at, y] of [[column.requested[row], top], [column.sent[row] * timeline.scale, top + LANE.half]]) {
    const x = GUTTER + (at - timeline.from) * unit;
    if (x >= GUTTER && x <= GUTTER + width) context.strokeRect(x - 3.5, y - 1.5, 8, LANE.half);
  }
}

/** The operation below the pointer: of those within four pixels the worst, then the nearest. */
function operationAt(event) {
  const box = timeline.canvas.getBoundingClientRect();
  const y = event.clientY - box.top - AXIS + timeline.scroller.scrollTop;
  const x = event.clientX - box.left - GUTTER;
  const lane = Math.floor(y / LANE.height);
  const isLive = y - lane * LANE.height >= LANE.half;
  const width = plotWidth();
  if (x < 0 || x > width) return -1;
  const scale = isLive ? timeline.scale : 1;
  const starts = isLive ? column.sent : column.requested;
  const reach = (4 / width) * (timeline.to - timeline.from);
  const at = timeline.from + (x / width) * (timeline.to - timeline.from);
  let [best, bestRank, bestFar] = [-1, -1, Infinity];
  for (let row = 0; row < rowCount; row++) {
    if (timeline.laneOf[row] !== lane) continue;
    const far = Math.abs(starts[row] * scale - at);
    if (!(far <= reach)) continue;
    const rank = rankOf[column.verdict[row]];
    const weight = rank >= DIVERGED ? rank : 0;
    if (weight > bestRank || (weight === bestRank && far < bestFar)) [best, bestRank, bestFar] = [row, weight, far];
  }
  return best;
}

function inWords(row) {
  const frame = Number.isNaN(column.frame[row]) ? "" : `, frame ${column.frame[row]}`;
  const lines = [
    `${text(column.command[row])}${frame}: ${verdictOf(row)}`,
    text(column.path[row]),
    `captured ${short(capturedStatus(row))}, ${duration(column.captured_latency[row]) || "no time"}`,
    `live ${short(liveStatus(row))}, ${duration(column.live_latency[row]) || "no time"}`,
    text(column.detail[row]),
  ];
  return lines.filter(Boolean).join("\n");
}

function zoom(factor, around) {
  const span = Math.max(1000, (timeline.to - timeline.from) * factor);
  const middle = around ?? (timeline.from + timeline.to) / 2;
  timeline.from = middle - ((middle - timeline.from) / (timeline.to - timeline.from)) * span;
  timeline.to = timeline.from + span;
  redraw();
}

function pan(share) {
  const by = (timeline.to - timeline.from) * share;
  timeline.from += by;
  timeline.to += by;
  redraw();
}

function redraw() {
  if (!timeline.pending) { timeline.pending = true; requestAnimationFrame(drawTimeline); }
}

function timeAt(event) {
  const x = event.clientX - timeline.canvas.getBoundingClientRect().left - GUTTER;
  return timeline.from + (x / plotWidth()) * (timeline.to - timeline.from);
}

function startTimeline() {
  timeline.captured = extent(column.requested, column.captured_latency);
  timeline.live = extent(column.sent, column.live_latency);
  // A run at another pace is a sliver beside the capture otherwise.
  byId("stretch").checked = timeline.live * 2 < timeline.captured || timeline.captured * 2 < timeline.live;
  layOutLanes();
  scaleLive();
  fit();
  for (const [rank, verdict] of Object.entries(VERDICT_OF_RANK)) {
    if (column.verdict.includes(page.verdicts.indexOf(verdict))) {
      byId("timeline-legend").append(element("li", null, element("span", { class: `tag ${verdict}` }, verdict), Number(rank) >= DIVERGED ? " (tall, with a head)" : ""));
    }
  }
  const { canvas } = timeline;
  canvas.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event));
  }, { passive: false });
  canvas.addEventListener("pointerdown", (event) => { timeline.pressed = { x: event.clientX, moved: false }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointerup", (event) => {
    const { pressed } = timeline;
    timeline.pressed = null;
    const row = pressed && !pressed.moved ? operationAt(event) : -1;
    if (row >= 0) choose(row);
  });
  canvas.addEventListener("pointercancel", () => { timeline.pressed = null; });
  canvas.addEventListener("pointermove", (event) => {
    const { pressed } = timeline;
    if (pressed && (pressed.moved || Math.abs(event.clientX - pressed.x) > 3)) {
      pan((pressed.x - event.clientX) / plotWidth());
      timeline.pressed = { x: event.clientX, moved: true };
      showTip(event, "");
      return;
    }
    const row = operationAt(event);
    showTip(event, row < 0 ? "" : inWords(row));
  });
  canvas.addEventListener("pointerleave", (event) => showTip(event, ""));
  canvas.addEventListener("keydown", (event) => {
    const act = { ArrowLeft: () => pan(-0.1), ArrowRight: () => pan(0.1), "+": () => zoom(0.8), "=": () => zoom(0.8), "-": () => zoom(1.25), 0: () => { fit(); redraw(); } }[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  byId("zoom-in").addEventListener("click", () => zoom(0.5));
  byId("zoom-out").addEventListener("click", () => zoom(2));
  byId("zoom-fit").addEventListener("click", () => { fit(); redraw(); });
  byId("stretch").addEventListener("change", () => { scaleLive(); fit(); redraw(); });
  byId("lanes").addEventListener("change", () => { layOutLanes(); redraw(); });
  timeline.scroller.addEventListener("scroll", redraw, { passive: true });
  document.addEventListener("chosen", redraw);
  keepDrawn(canvas, drawTimeline);
}
