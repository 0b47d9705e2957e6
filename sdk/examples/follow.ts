// Starts an ingest, lets go of it and follows it by its id, as another process or a page that was loaded again would.
//   node follow.js office.pcap

import { SMBReplayClient } from "@smbreplay/sdk";

const client = new SMBReplayClient({
  baseUrl: process.env.SMBREPLAY_URL ?? "http://127.0.0.1:3004",
  apiKey: process.env.API_KEY,
});

const { id } = await client.startIngest({ path: process.argv[2] ?? "capture.pcap", force: true });

for await (const event of client.jobEvents(id)) {
  switch (event.type) {
    case "progress":
      console.log(event.data.doing, event.data.done, "of", event.data.total);
      break;
    case "warning":
      console.log(event.data);
      break;
    case "end":
      console.log(event.data.state);
      break;
  }
}
