// A proxy between client and server that breaks what a network breaks.

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** What becomes of a connection: it is passed on, gets this answer, is left without one, or is cut. */
type Treatment = "pass" | "silence" | "cut" | { answer: string };

/** A proxy of TCP connections. */
export class TcpProxy {
  readonly requests: string[] = [];
  /** Sockets that were closed, on both sides. */
  closed = 0;
  private readonly open = new Set<Socket>();
  private readonly next: Treatment[] = [];
  private readonly limits: number[] = [];

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {}

  static async start(target: number): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target);
    server.on("connection", (socket) => proxy.take(socket));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** How the connections that come next are treated; those behind them are passed on. */
  treat(...next: Treatment[]): void {
    this.next.push(...next);
  }

  /** How many bytes of answers the connections that are passed on get before they are cut, one number each. */
  cutAfter(...bytes: number[]): void {
    this.limits.push(...bytes);
  }

  /** Cuts all connections. */
  cut(): void {
    for (const socket of this.open) {
      socket.destroy();
    }
  }

  async end(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }

  private take(socket: Socket): void {
    const treatment = this.next.shift() ?? "pass";
    this.hold(socket);
    socket.on("data", (bytes) => this.requests.push(bytes.toString("latin1")));
    if (treatment === "cut") {
      socket.once("data", () => socket.destroy());
    } else if (typeof treatment === "object") {
      socket.once("data", () => socket.end(treatment.answer));
    } else if (treatment === "pass") {
      const onward = connect(this.target, "127.0.0.1");
      this.hold(onward);
      onward.on("close", () => socket.destroy());
      socket.on("close", () => onward.destroy());
      socket.pipe(onward);
      let left = this.limits.shift() ?? Number.POSITIVE_INFINITY;
      onward.on("data", (bytes) => {
        socket.write(bytes.subarray(0, left));
        left -= bytes.length;
        if (left <= 0) {
          socket.end();
          onward.destroy();
        }
      });
    }
  }

  private hold(socket: Socket): void {
    this.open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.closed += 1;
      this.open.delete(socket);
    });
  }
}

/** An answer that ends its connection. */
export function answer(status: string, headers: Record<string, string> = {}, body = ""): { answer: string } {
  const all = { "Content-Length": String(body.length), Connection: "close", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return { answer: `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n${body}` };
}
