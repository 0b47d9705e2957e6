// Uploads a capture, finds its sessions and shows what failed in the longest of them.
//   node ingest.js office.pcap

import { openAsBlob } from "node:fs";
import { basename } from "node:path";
import { APIError, SMBReplayClient } from "@smbreplay/sdk";

const client = new SMBReplayClient({
  baseUrl: process.env.SMBREPLAY_URL ?? "http://127.0.0.1:3004",
  apiKey: process.env.API_KEY,
});
const file = process.argv[2] ?? "capture.pcap";

// The file is read while it goes up.
const capture = await openAsBlob(file);
let uploaded: string = basename(file);
try {
  uploaded = (await client.uploadTrace(capture, { name: uploaded })).path;
} catch (error) {
  if (!(error instanceof APIError && error.code === "conflict")) {
    throw error;
  }
  console.log(`${uploaded} is there already`);
}

const ingested = await client.ingestTrace(
  { path: uploaded },
  {
    onWarning: (warning) => console.warn(warning),
    onProgress: ({ doing, done, total }) => console.log(doing, done, total),
  },
);
console.log(`${ingested.session_count} sessions in ${ingested.total_frames} packets`);

const { sessions } = await client.listSessions({ capture_path: ingested.capture_path });
const [longest] = sessions.slice().sort((a, b) => b.operation_count - a.operation_count);
if (longest !== undefined) {
  const filter = "smb2.nt_status != STATUS_SUCCESS";
  for await (const { Frame, Command, StatusDesc, Path } of client.operations(longest.file_name, { filter })) {
    console.log(Frame, Command, StatusDesc, Path);
  }
}
