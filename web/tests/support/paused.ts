// A capture in which nothing happens for an hour: a replay at its pace stays in the middle.

import { readFileSync, writeFileSync } from "node:fs";
import { OFFICE } from "../../../sdk/tests/support/server.js";

/** Bytes of the headers of a pcap file and of a packet in it. */
const [FILE, PACKET] = [24, 16];
const PAUSE = 3_600;

/** Writes the project's capture with a pause behind so many packets. */
export function writePaused(path: string, packets: number): void {
  const bytes = readFileSync(OFFICE);
  let place = FILE;
  for (let packet = 0; place < bytes.length; packet += 1) {
    if (packet >= packets) {
      bytes.writeUInt32LE(bytes.readUInt32LE(place) + PAUSE, place);
    }
    place += PACKET + bytes.readUInt32LE(place + 8);
  }
  writeFileSync(path, bytes);
}
