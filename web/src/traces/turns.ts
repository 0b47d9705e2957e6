// A browser has six connections for a server, and a job that is followed keeps one: few are followed at once, those that were
// asked for first.

/** The server works on two at once, unless it is told otherwise. */
const AT_ONCE = 2;

let taken = 0;
const waiting: (() => void)[] = [];

/** Waits for a turn; the returned function gives it back. */
export async function turn(signal: AbortSignal): Promise<() => void> {
  signal.throwIfAborted();
  if (taken < AT_ONCE) {
    taken += 1;
    return once();
  }
  await new Promise<void>((done, failed) => {
    const aborted = () => {
      waiting.splice(waiting.indexOf(begin), 1);
      failed(signal.reason);
    };
    const begin = () => {
      signal.removeEventListener("abort", aborted);
      done();
    };
    signal.addEventListener("abort", aborted, { once: true });
    waiting.push(begin);
  });
  return once();
}

function once(): () => void {
  let isGiven = false;
  return () => {
    if (isGiven) {
      return;
    }
    isGiven = true;
    const next = waiting.shift();
    if (next) {
      next();
    } else {
      taken -= 1;
    }
  };
}
