// A capture that takes a while: the project's own, over and over.

import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { OFFICE } from "./server.js";

/** Bytes of the header of a pcap file. */
const HEADER = 24;

/** Writes the capture so many times behind each other. */
export function writeLarge(path: string, times: number): void {
  const office = readFileSync(OFFICE);
  const file = openSync(path, "w");
  writeSync(file, office.subarray(0, HEADER));
  for (let turn = 0; turn < times; turn += 1) {
    writeSync(file, office.subarray(HEADER));
  }
  closeSync(file);
}
