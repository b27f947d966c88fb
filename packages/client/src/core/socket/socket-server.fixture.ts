import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";

type Received = { readonly type: string; readonly [key: string]: unknown };

/** One socket of a client, as the server sees it. */
export interface Accepted {
  readonly query: URLSearchParams;
  /** What the client has sent. */
  readonly received: Received[];
  send(message: object): void;
  close(code: number): void;
  /** Breaks the connection without a close frame: the client sees 1006. */
  terminate(): void;
}

/** A WebSocket server on a free port, which does what the test says. */
export class SocketServer implements AsyncDisposable {
  readonly accepted: Accepted[] = [];
  readonly #server: WebSocketServer;
  #onAccept: (socket: Accepted) => void = () => {};
  #onMessage: (socket: Accepted, message: Received) => void = () => {};

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket, { url }) => this.#accept(socket, url ?? ""));
  }

  static async listen(): Promise<SocketServer> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new SocketServer(server);
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The newest socket. */
  get last(): Accepted {
    const last = this.accepted.at(-1);
    if (!last) throw new Error("No socket has connected yet.");
    return last;
  }

  /** Called with each new socket. */
  onAccept(listener: (socket: Accepted) => void): void {
    this.#onAccept = listener;
  }

  /** Called with each message of a client. */
  onMessage(listener: (socket: Accepted, message: Received) => void): void {
    this.#onMessage = listener;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#server.clients) client.terminate();
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }

  #accept(socket: ServerSocket, url: string): void {
    const accepted: Accepted = {
      query: new URL(url, "ws://any").searchParams,
      received: [],
      send: (message) => socket.send(JSON.stringify(message)),
      close: (code) => socket.close(code),
      terminate: () => socket.terminate(),
    };
    socket.on("message", (data: Buffer) => {
      const message: Received = JSON.parse(data.toString());
      accepted.received.push(message);
      this.#onMessage(accepted, message);
    });
    this.accepted.push(accepted);
    this.#onAccept(accepted);
  }
}
