
// The filter: words that all have to hold.
const TEXT_COLUMNS = ["command", "share", "path", "captured_status", "live_status", "session", "detail"];
const PLACES = {
  command: ["command"], path: ["path"], share: ["share"], status: ["captured_status", "live_status"], session: ["session"],
  detail: ["detail"],
};
const NUMBERS = { frame: "frame", op: "op", connection: "connection" };
let lowerTexts = null;

/** For each text whether it has the word. */
function textsWith(word) {
  lowerTexts ??= page.texts.map((each) => each.toLowerCase());
  return Uint8Array.from(lowerTexts, (each) => (each.includes(word) ? 1 : 0));
}

/** A function of a row for one word of the filter. */
function conditionOf(word) {
  const [, key, rest] = /^([a-z]+):(.+)$/.exec(word) ?? [];
  if (key === "verdict") {
    const wanted = page.verdicts.map((verdict) => verdict.includes(rest));
    return (row) => wanted[column.verdict[row]];
  }
  if (key === "cause") {
    const group = Number(rest) - 1;
    return (row) => column.group[row] === group;
  }
  if (Object.hasOwn(NUMBERS, key)) {
    const values = column[NUMBERS[key]];
    const number = Number(rest);
    return (row) => values[row] === number;
  }
  if (Object.hasOwn(PLACES, key)) return inTexts(rest, PLACES[key]);
  const occurs = inTexts(word, TEXT_COLUMNS);
  const verdicts = page.verdicts.map((verdict) => verdict.includes(word));
  const number = /^\d+$/.test(word) ? Number(word) : NaN;
  return (row) => occurs(row) || verdicts[column.verdict[row]] || column.frame[row] === number;
}

function inTexts(word, names) {
  const hits = textsWith(word);
  const columns = names.map((name) => column[name]);
  return (row) => columns.some((numbersOf) => numbersOf[row] >= 0 && hits[numbersOf[row]] === 1);
}

/** The rows, in their order, for which all words hold and whose verdict is wanted. */
function filtered(order, query, wantedVerdicts) {
  const conditions = query.toLowerCase().split(/\s+/).filter(Boolean).map(conditionOf);
  const found = new Uint32Array(order.length);
  let count = 0;
  for (const row of order) {
    if (wantedVerdicts[column.verdict[row]] && conditions.every((holds) => holds(row))) found[count++] = row;
  }
  return found.subarray(0, count);
}
