// Passes the events of a job on to the browser, which may use `EventSource`: the key is added here.

import { client } from "../../../../../smbreplay.js";

export const dynamic = "force-dynamic";

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const { id } = await params;
  const lastEventId = request.headers.get("last-event-id") ?? undefined;
  const events = client.jobEvents(id, { lastEventId, signal: request.signal });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(out) {
      const next = await events.next();
      if (next.done) {
        out.close();
        return;
      }
      const { type, data } = next.value;
      const number = "id" in next.value ? `id: ${next.value.id}\n` : "";
      out.enqueue(encoder.encode(`${number}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`));
    },
    async cancel() {
      await events.return();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" } });
}
