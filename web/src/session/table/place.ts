// Where an operation stands among those that match.

import { server } from "../../client";
import type { About } from "../about";
import { both } from "../quote";

/** Its row, counted from 0; the row that would come next where it does not match itself. */
export interface RowPlace {
  index: number;
  matches: boolean;
  /** How many match. */
  total: number;
}

/** Looks up the row of an operation. */
export async function placeOfOperation(
  about: About,
  op: number,
  filter: string | undefined,
  signal: AbortSignal,
): Promise<RowPlace> {
  const count = async (expression: string | undefined) => {
    const query = { capture_path: about.trace, filter: expression ?? null, fields: "op", limit: 1 };
    return (await server().searchOperations(about.name, query, { signal })).total;
  };
  const [index, upTo, total] = await Promise.all([
    count(both(filter, `op < ${op}`)),
    count(both(filter, `op <= ${op}`)),
    count(filter),
  ]);
  return { index, matches: upTo > index, total };
}

/** The first operation with a message that a frame completes. */
export async function operationOfFrame(about: About, frame: number, signal: AbortSignal): Promise<number | undefined> {
  const query = { capture_path: about.trace, filter: `frame.number == ${frame}`, fields: "op", limit: 1 };
  return (await server().searchOperations(about.name, query, { signal })).operations[0]?.op;
}
