// Requests: headers, time limits, repetitions.

import { queryOf } from "./address.js";
import { APIError, errorOf, NetworkError, SMBReplayError, TimeoutError } from "./errors.js";
import { Patience } from "./patience.js";
import { pause, retryDelay } from "./retry.js";

/** How a client reaches its server. */
export interface ClientOptions {
  /** Address of the server: `http://127.0.0.1:3004`. In a page of the server itself it may be empty. */
  baseUrl: string;
  /** Sent as `X-API-Key`. */
  apiKey?: string;
  /** Milliseconds that the server may be silent, within a request: 60,000 by default; 0 is for ever. */
  timeout?: number;
  /** How often a GET is repeated that got no answer or 502, 503 or 504: 2 by default. Nothing else is repeated. */
  retries?: number;
  /** Used in place of the global `fetch`. */
  fetch?: typeof globalThis.fetch;
  /** Sent with every request. */
  headers?: Record<string, string>;
}

/** What may be said of one request. */
export interface RequestOptions {
  /** Ends the request; the call is rejected with the signal's reason. */
  signal?: AbortSignal;
  /** In place of the client's. */
  timeout?: number;
  /** Sent beside the client's, or in place of them. */
  headers?: Record<string, string>;
}

/** A request. */
export interface Call extends RequestOptions {
  method?: "GET" | "PUT" | "POST" | "DELETE";
  query?: object;
  /** Sent as JSON. */
  json?: unknown;
  /** Sent as it is. */
  body?: RequestInit["body"];
  /** In place of `retries` of the client. */
  retries?: number;
  /** It changes nothing, whatever its method says. */
  isReading?: boolean;
}

const TIMEOUT = 60_000;
const RETRIES = 2;

/** Sends requests to one server. */
export class Transport {
  readonly timeout: number;
  /** Whether requests are those of a browser. */
  readonly isOfBrowser: boolean;
  readonly #base: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #headers: Headers;
  readonly #retries: number;

  constructor(options: ClientOptions) {
    this.#base = options.baseUrl.replace(/\/+$/, "");
    this.timeout = options.timeout ?? TIMEOUT;
    this.#retries = options.retries ?? RETRIES;
    const given = options.fetch;
    this.isOfBrowser = given === undefined && typeof XMLHttpRequest === "function";
    // Found when it is needed: it may be replaced after the client was made.
    this.#fetch =
      given === undefined ? (input, init) => globalThis.fetch(input, init) : (input, init) => given(input, init);
    this.#headers = new Headers(options.headers);
    if (options.apiKey !== undefined) {
      this.#headers.set("X-API-Key", options.apiKey);
    }
  }

  /** The JSON of an answer. */
  async json<Answer>(path: string, call: Call = {}): Promise<Answer> {
    return this.read(path, withHeaders(call, { Accept: "application/json" }), async (response) => {
      const text = await response.text();
      try {
        return JSON.parse(text) as Answer;
      } catch (cause) {
        throw new APIError("the answer is none of smbreplay's: it is no JSON", { status: response.status }, { cause });
      }
    });
  }

  /** Nothing but that it was done. */
  async nothing(path: string, call: Call = {}): Promise<void> {
    await this.read(path, call, (response) => response.arrayBuffer());
  }

  /** What `read` makes of the answer. The body has to be read in it: behind it nobody looks after the request. */
  async read<Result>(path: string, call: Call, read: (response: Response) => Promise<Result>): Promise<Result> {
    const isReading = call.isReading ?? (call.method ?? "GET") === "GET";
    const retries = call.retries ?? (isReading ? this.#retries : 0);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#once(path, call, read);
      } catch (error) {
        const delay = attempt < retries ? retryDelay(error, attempt) : undefined;
        if (delay === undefined) {
          throw error;
        }
        await pause(delay, call.signal);
      }
    }
  }

  /** The pieces of an answer, as they come. The request ends when nobody takes them any more. */
  async *pieces(path: string, call: Call): AsyncGenerator<Uint8Array, void, undefined> {
    call.signal?.throwIfAborted();
    const patience = new Patience(call.timeout ?? this.timeout, call.signal);
    try {
      const response = await this.#send(path, call, patience);
      if (!response.ok) {
        throw await errorOf(response);
      }
      const reader = response.body?.getReader();
      for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
        // Who takes a piece may take his time.
        patience.rest();
        yield next.value;
        patience.renew();
      }
    } catch (error) {
      throw this.#told(error, call, patience);
    } finally {
      patience.abandon();
    }
  }

  async #once<Result>(path: string, call: Call, read: (response: Response) => Promise<Result>): Promise<Result> {
    call.signal?.throwIfAborted();
    const patience = new Patience(call.timeout ?? this.timeout, call.signal);
    try {
      const response = await this.#send(path, call, patience);
      if (!response.ok) {
        throw await errorOf(response);
      }
      return await read(patience.watched(response));
    } catch (error) {
      throw this.#told(error, call, patience);
    } finally {
      patience.end();
    }
  }

  /** What the caller is told of what went wrong. */
  #told(error: unknown, call: Call, patience: Patience): unknown {
    if (call.signal?.aborted) {
      return call.signal.reason;
    }
    if (patience.isOver) {
      return new TimeoutError(`the server was silent for ${patience.limit} ms`, { cause: error });
    }
    return error instanceof SMBReplayError ? error : networkError(error);
  }

  /** The address of a call. */
  address(path: string, call: Call): string {
    return `${this.#base}${path}${queryOf(call.query ?? {})}`;
  }

  /** All headers of a call. */
  headers(call: Call): Headers {
    const headers = new Headers(this.#headers);
    for (const [name, value] of Object.entries(call.headers ?? {})) {
      headers.set(name, value);
    }
    if (call.json !== undefined) {
      headers.set("Content-Type", "application/json");
    }
    return headers;
  }

  async #send(path: string, call: Call, patience: Patience): Promise<Response> {
    const body = call.json === undefined ? call.body : JSON.stringify(call.json);
    const init: RequestInit & { duplex?: "half" } = {
      method: call.method ?? "GET",
      headers: this.headers(call),
      signal: patience.signal,
      // A key that is a header would be sent to wherever an answer leads.
      redirect: "error",
    };
    if (body instanceof ReadableStream) {
      init.body = patience.renewedBy(body);
      init.duplex = "half";
    } else if (body !== undefined) {
      init.body = body;
    }
    return this.#fetch(this.address(path, call), init);
  }
}

/** The call with these headers where it has none of its own. */
export function withHeaders(call: Call, headers: Record<string, string>): Call {
  return { ...call, headers: { ...headers, ...call.headers } };
}

function networkError(error: unknown): NetworkError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const told = cause instanceof Error ? cause.message : String(cause);
  return new NetworkError(`no complete answer came: ${told}`, { cause: error });
}
