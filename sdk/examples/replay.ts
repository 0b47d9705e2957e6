// Replays all sessions of the capture that was ingested last, tells what diverges as it is found, and keeps the report.
// Ctrl-C ends the replay; what was sent until then is recorded.
//   node replay.js report.html

import { writeFile } from "node:fs/promises";
import { SMBReplayClient } from "@smbreplay/sdk";

const client = new SMBReplayClient({
  baseUrl: process.env.SMBREPLAY_URL ?? "http://127.0.0.1:3004",
  apiKey: process.env.API_KEY,
});
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("interrupted")));

const execution = await client.executeReplay(
  undefined,
  { all: true, root: "replayed" },
  {
    signal: stop.signal,
    onProgress: ({ doing, done, total }) => console.log(`${doing}: ${done} of ${total}`),
    onDivergence: ({ frame, command, path, captured_status, live_status }) =>
      console.log(`frame ${frame}: ${command} ${path ?? ""}: ${captured_status} captured, ${live_status} live`),
  },
);
console.log(`${execution.successful_operations} of ${execution.total_operations} operations match`);

if (execution.run !== undefined) {
  await writeFile(process.argv[2] ?? "report.html", await client.getReplayPage(execution.run));
}
process.exitCode = execution.success ? 0 : 1;
