// GET lists the replays of a capture, POST starts one and answers with the id of its job.

import { answer, client } from "../../../smbreplay.js";

export function GET(request: Request): Promise<Response> {
  const capture_path = new URL(request.url).searchParams.get("capture_path") ?? undefined;
  return answer(client.listReplays({ capture_path }, { signal: request.signal }));
}

export async function POST(request: Request): Promise<Response> {
  const { session } = (await request.json()) as { session: string };
  return answer(client.startReplay(session, { root: "web" }).then(({ id }) => ({ id })));
}
