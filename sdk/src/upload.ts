// Captures go up piece by piece: they may be larger than memory.

import { pause } from "./retry.js";
import { type RequestOptions, type Transport, withHeaders } from "./transport.js";
import type { Answer, Query } from "./types.js";
import { sendBlob } from "./xhr.js";

/** A capture. */
export type Capture = Blob | ReadableStream<Uint8Array> | Uint8Array | ArrayBuffer;

/** How to upload. */
export interface UploadOptions extends RequestOptions {
  /** Told how many bytes went up, and of how many, if that is known. */
  onProgress?: (sent: number, total: number | undefined) => void;
}

const MEDIA_TYPE = "application/octet-stream";
/** Bytes by which the server sees whether it is a capture; the name, the length and the key come before them. */
const FIRST = 4 << 10;
/** Milliseconds that the server has to refuse it before the rest is sent. */
const TIME_TO_REFUSE = 250;
/** Bytes that the server takes of what it refuses, so that its answer arrives. */
const TAKEN = 16 << 20;

/** Uploads a capture. */
export async function upload(
  transport: Transport,
  capture: Capture,
  query: Query<"uploadTrace">,
  options: UploadOptions = {},
): Promise<Answer<"uploadTrace">> {
  const { onProgress, ...request } = options;
  const call = withHeaders({ ...request, query, method: "POST" as const }, { Accept: "application/json" });
  call.headers = { ...call.headers, "Content-Type": MEDIA_TYPE };
  if (transport.isOfBrowser) {
    // Browsers tell how far a request is by this way alone, and send streams over HTTP/2 alone, which the server has not.
    return sendBlob(transport, "/api/traces", call, await blobOf(capture), onProgress);
  }
  const [stream, total] = streamOf(capture);
  if (total !== undefined) {
    // What is too large is refused before it is sent.
    call.headers["Content-Length"] = String(total);
  }
  return transport.json("/api/traces", { ...call, body: watched(stream, total, onProgress) });
}

async function blobOf(capture: Capture): Promise<Blob> {
  if (capture instanceof Blob) {
    return capture;
  }
  return capture instanceof ReadableStream ? new Response(capture).blob() : new Blob([capture as BlobPart]);
}

function streamOf(capture: Capture): [ReadableStream<Uint8Array>, number | undefined] {
  if (capture instanceof ReadableStream) {
    return [capture, undefined];
  }
  const blob = capture instanceof Blob ? capture : new Blob([capture as BlobPart]);
  return [blob.stream(), blob.size];
}

/** The stream, with a pause behind its first bytes: who sends on loses the answer when the server closes the connection. */
function watched(
  stream: ReadableStream<Uint8Array>,
  total: number | undefined,
  onProgress: UploadOptions["onProgress"],
): ReadableStream<Uint8Array> {
  let sent = 0;
  const watching = new TransformStream<Uint8Array, Uint8Array>({
    async transform(piece, out) {
      let rest = piece;
      if (sent === 0 && piece.byteLength > FIRST && (total ?? Infinity) > TAKEN) {
        out.enqueue(piece.subarray(0, FIRST));
        rest = piece.subarray(FIRST);
        await pause(TIME_TO_REFUSE);
      }
      out.enqueue(rest);
      sent += piece.byteLength;
      onProgress?.(sent, total);
    },
  });
  return stream.pipeThrough(watching);
}
