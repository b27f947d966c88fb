import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** One origin before the services, as a gateway is in production, whose WebSockets can be cut. */
export interface Front extends AsyncDisposable {
  readonly url: string;
  /** Cuts every open WebSocket and lets no new one through until `restoreSockets`. */
  cutSockets(): void;
  restoreSockets(): void;
  /** WebSockets that are open now forward nothing any more and stay open, as behind a proxy that forgot them. */
  freezeSockets(): void;
  /** How many WebSockets were ever let through. */
  readonly socketsOpened: number;
}

/** @param upstream picks the port that serves a path */
export async function openFront(upstream: (path: string) => number): Promise<Front> {
  const sockets = new Map<Duplex, Duplex>();
  let isCut = false;
  let opened = 0;
  const server = createServer((incoming, answer) => {
    const port = upstream(incoming.url ?? "/");
    const { method, url, headers } = incoming;
    const outgoing = request({ host: "127.0.0.1", port, method, path: url, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on("error", () => answer.writeHead(502).end());
    incoming.pipe(outgoing);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (isCut) return socket.destroy();
    const through = connect(upstream(incoming.url ?? "/"), "127.0.0.1");
    const end = (): void => {
      sockets.delete(socket);
      socket.destroy();
      through.destroy();
    };
    sockets.set(socket, through);
    opened++;
    for (const side of [socket, through]) side.on("close", end).on("error", end);
    through.write(rawRequest(incoming));
    through.write(head);
    socket.pipe(through).pipe(socket);
  });
  await listening(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutSockets() {
      isCut = true;
      for (const socket of sockets.keys()) socket.destroy();
    },
    restoreSockets() {
      isCut = false;
    },
    freezeSockets() {
      // What comes is read, so that an end that gives up is noticed, and passed on to nobody.
      for (const side of [...sockets].flat()) side.unpipe().resume();
    },
    get socketsOpened() {
      return opened;
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets.keys()) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function rawRequest({ method, url, rawHeaders }: IncomingMessage): string {
  const lines = [`${method} ${url} HTTP/1.1`];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
