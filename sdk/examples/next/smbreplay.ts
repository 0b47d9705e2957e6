// The client of a Next.js server: the key stays on it.

import { APIError, SMBReplayClient } from "@smbreplay/sdk";

export const client = new SMBReplayClient({
  baseUrl: process.env.SMBREPLAY_URL ?? "http://127.0.0.1:3004",
  apiKey: process.env.SMBREPLAY_API_KEY,
  // Next.js keeps answers of `fetch` unless it is told otherwise.
  fetch: (input, init) => fetch(input, { ...init, cache: "no-store" }),
});

/** The answer of a route: the JSON of a call, or what it was refused with. */
export async function answer(call: Promise<unknown>): Promise<Response> {
  try {
    return Response.json(await call);
  } catch (error) {
    if (error instanceof APIError) {
      const { message, code, detail, status } = error;
      return Response.json({ error: message, code, detail }, { status });
    }
    return Response.json({ error: "smbreplay cannot be reached" }, { status: 502 });
  }
}
