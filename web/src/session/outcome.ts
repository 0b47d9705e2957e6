// How an operation ended, by the severity of its status (MS-ERREF 2.3).

/** `missing`: it was not answered, or the answer was not captured. */
export type Outcome = "success" | "warning" | "error" | "missing" | "none";

/** A logon that goes on is reported as an error and is none. */
const MORE_PROCESSING_REQUIRED = "0xc0000016";

/** The outcome of a status, written `0xc0000022`. */
export function outcomeOf(status: string): Outcome {
  if (status === MORE_PROCESSING_REQUIRED) {
    return "success";
  }
  const severity = Number(status) >>> 30;
  return severity === 3 ? "error" : severity === 2 ? "warning" : "success";
}

/** A sign and a word for each, so that nothing is told by its colour alone. */
export const SIGNS: Record<Outcome, { sign: string; word: string; style: string }> = {
  success: { sign: "", word: "", style: "" },
  warning: { sign: "▲", word: "warning", style: "warning" },
  error: { sign: "✕", word: "error", style: "bad" },
  missing: { sign: "?", word: "", style: "warning" },
  none: { sign: "", word: "", style: "muted" },
};
