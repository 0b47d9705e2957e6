// One operation as the server answers it.

import type { Operation, Schema } from "@smbreplay/sdk";

export type InFull = Schema<"OperationInFull">;

/** Its row, like one of the table. */
export function rowOf({ operation }: InFull): Operation {
  return { Frame: "", Command: "", Path: "", Status: "", StatusDesc: "", Tree: "", ...operation };
}
