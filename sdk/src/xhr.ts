// A request of a browser that tells how much of its body has gone.

import { errorOf, NetworkError, TimeoutError } from "./errors.js";
import { Patience } from "./patience.js";
import type { Call, Transport } from "./transport.js";

/** Sends a body; the JSON of the answer. */
export async function sendBlob<Answer>(
  transport: Transport,
  path: string,
  call: Call,
  body: Blob,
  onProgress: ((sent: number, total: number) => void) | undefined,
): Promise<Answer> {
  call.signal?.throwIfAborted();
  const patience = new Patience(call.timeout ?? transport.timeout, call.signal);
  try {
    const response = await answered(transport, path, call, body, patience, onProgress);
    if (!response.ok) {
      throw await errorOf(response);
    }
    return (await response.json()) as Answer;
  } finally {
    patience.end();
  }
}

function answered(
  transport: Transport,
  path: string,
  call: Call,
  body: Blob,
  patience: Patience,
  onProgress: ((sent: number, total: number) => void) | undefined,
): Promise<Response> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open(call.method ?? "POST", transport.address(path, call));
    for (const [name, value] of transport.headers(call)) {
      request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => {
      patience.renew();
      onProgress?.(loaded, body.size);
    };
    // All has gone. To have it safe on its disk may take the server long.
    request.upload.onload = () => patience.rest();
    request.onload = () => {
      const headers = new Headers();
      for (const line of request.getAllResponseHeaders().trim().split(/\r?\n/)) {
        const colon = line.indexOf(":");
        if (colon > 0) {
          headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
        }
      }
      done(new Response(request.responseText, { status: request.status, headers }));
    };
    request.onerror = () => failed(new NetworkError("no complete answer came"));
    request.onabort = () => {
      const told = `the server was silent for ${patience.limit} ms`;
      failed(patience.isOver ? new TimeoutError(told) : call.signal?.reason);
    };
    patience.signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}
