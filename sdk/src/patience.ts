// How long a request may take: the time without a sign of life counts, not the whole.

/** Ends a request when the server is silent for too long, or when its caller wants. */
export class Patience {
  readonly #controller = new AbortController();
  readonly #wanted: AbortSignal | undefined;
  readonly #abort = () => this.#controller.abort(this.#wanted?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;
  #hasEnded = false;

  /** `limit` in milliseconds; 0 is for ever. */
  constructor(
    readonly limit: number,
    wanted?: AbortSignal,
  ) {
    this.#wanted = wanted;
    if (wanted?.aborted) {
      this.#abort();
    }
    wanted?.addEventListener("abort", this.#abort, { once: true });
    this.renew();
  }

  /** Given to the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the server was silent for too long. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Something came, or went. */
  renew(): void {
    clearTimeout(this.#timer);
    // What is left of a body may still be taken when the answer is there.
    if (this.limit > 0 && !this.#hasEnded && !this.#controller.signal.aborted) {
      this.#timer = setTimeout(() => {
        this.#isOver = true;
        this.#controller.abort(new DOMException("silent for too long", "TimeoutError"));
      }, this.limit);
    }
  }

  /** Nothing is waited for until `renew`. */
  rest(): void {
    clearTimeout(this.#timer);
  }

  /** The answer with a body that renews this with each piece. */
  watched(response: Response): Response {
    this.renew();
    // Chromium gives an answer that may not have a body one that is empty.
    if (response.body === null || response.status === 204) {
      return response;
    }
    const { status, statusText, headers } = response;
    return new Response(this.renewedBy(response.body), { status, statusText, headers });
  }

  /** The stream, each piece of which renews this. */
  renewedBy(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const renewed = new TransformStream<Uint8Array, Uint8Array>({
      transform: (piece, out) => {
        this.renew();
        out.enqueue(piece);
      },
    });
    return stream.pipeThrough(renewed);
  }

  /** The request ends, however much of its answer has come. */
  abandon(): void {
    this.end();
    this.#controller.abort();
  }

  /** The request has ended. */
  end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#timer);
    this.#wanted?.removeEventListener("abort", this.#abort);
  }
}
