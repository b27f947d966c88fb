import { once } from "node:events";
import WebSocket from "ws";
import { Inbox } from "./inbox.ts";

// Only ends what hangs: a busy machine is no reason to fail.
const PATIENCE_MS = 60_000;

/** A message whose fields the test checks itself. */
export type AnyMessage = { readonly type: string; readonly [field: string]: unknown };

export interface TestSocket<M extends { type: string } = AnyMessage> extends AsyncDisposable {
  /** Sends an object as JSON, a string as it is, a buffer as a binary frame. */
  send(message: object | string | Buffer): void;
  /**
   * Takes the earliest message not yet taken, or the earliest of a type, waiting for it if necessary (default 60 s).
   * Messages of other types stay for later calls. Rejects, listing what did arrive, on timeout or when the socket
   * has closed.
   */
  next(): Promise<M>;
  next<T extends M["type"]>(type: T, timeoutMs?: number): Promise<M & { type: T }>;
  next(type: undefined, timeoutMs: number): Promise<M>;
  /** Takes the message that echoes a request id, as {@link TestSocket.next} does. */
  answer(requestId: string, timeoutMs?: number): Promise<M>;
  /** Every message since the opening, taken or not. */
  readonly messages: readonly M[];
  /** The frames of `messages`, verbatim. */
  readonly texts: readonly string[];
  /** Resolves when the socket has closed, from either side. */
  readonly closed: Promise<SocketClose>;
  /** The socket itself, for what this interface does not cover: pausing, pings, fragments. */
  readonly webSocket: WebSocket;
  /** Closes gracefully and waits for the close. */
  close(code?: number, reason?: string): Promise<SocketClose>;
  /** Cuts the connection, like a lost network. */
  terminate(): void;
}

export interface SocketClose {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  readonly headers?: Record<string, string>;
  /** Answers no ping, as if its path were dead. Default false. */
  readonly isDeaf?: boolean;
}

/**
 * Opens a WebSocket and resolves when it is open.
 * @throws when the server refuses the upgrade, with the HTTP status.
 */
export async function connectSocket<M extends { type: string } = AnyMessage>(
  url: string,
  { headers = {}, isDeaf = false }: ConnectOptions = {},
): Promise<TestSocket<M>> {
  const webSocket = new WebSocket(url, { headers, autoPong: !isDeaf, perMessageDeflate: false });
  const inbox = new Inbox<M>();
  const closed = new Promise<SocketClose>((resolve) => {
    webSocket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  webSocket.on("message", (data, binary) => inbox.deliver(String(data as Buffer), binary));
  void closed.then(({ code, reason }) => inbox.end(`the socket closed with ${code}${reason && ` (${reason})`}`));
  // Rejects on "error", which a refused upgrade emits.
  await once(webSocket, "open");
  // Later errors (a frame that breaks the protocol, a reset) are followed by "close", where they are reported.
  webSocket.on("error", () => {});

  function next(type?: string, timeoutMs = PATIENCE_MS): Promise<never> {
    return inbox.take(type, timeoutMs) as Promise<never>;
  }

  function close(code = 1000, reason = ""): Promise<SocketClose> {
    webSocket.close(code, reason);
    return closed;
  }

  return {
    webSocket,
    closed,
    next,
    answer: (requestId, timeoutMs = PATIENCE_MS) => inbox.take({ requestId }, timeoutMs),
    close,
    messages: inbox.messages,
    texts: inbox.texts,
    send: (message) => webSocket.send(isFrame(message) ? message : JSON.stringify(message)),
    terminate: () => webSocket.terminate(),
    async [Symbol.asyncDispose]() {
      webSocket.terminate();
      await closed;
    },
  };
}

function isFrame(message: object | string | Buffer): message is string | Buffer {
  return typeof message === "string" || Buffer.isBuffer(message);
}
