
// Canvases: sharp on every screen, in the colours of the page.
const tip = element("div", { id: "tip", role: "status", hidden: "" });
document.body.append(tip);

function showTip(event, words) {
  tip.hidden = words === "";
  if (tip.hidden) return;
  tip.textContent = words;
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${event.clientY + 18 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 10 : event.clientY + 18}px`;
}

/** The colours of the page at present. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const verdicts = Object.keys(RANKS).map((verdict) => [RANKS[verdict], of(verdict.replace("_", "-"))]);
  return { ground: of("ground"), text: of("text"), muted: of("muted"), line: of("line"), link: of("link"), ranks: Object.fromEntries(verdicts) };
}

/** A context whose unit is a CSS pixel, cleared. */
function cleared(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
  if (canvas.width !== wide || canvas.height !== high) { canvas.width = wide; canvas.height = high; }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = "11px system-ui, sans-serif";
  return context;
}

/** Round numbers between two bounds, about `most` of them. */
function ticks(from, to, most) {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const found = [];
  for (let at = Math.ceil(from / step) * step; at <= to && found.length < 100; at += step) found.push(at);
  return found;
}

const drawings = [];
/** Draws now, and again when the colours or the size of the element change. */
function keepDrawn(canvas, draw) {
  drawings.push(draw);
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(canvas.parentElement);
  draw();
}
const drawAll = () => drawings.forEach((draw) => draw());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
