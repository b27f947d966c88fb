import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { extname } from "node:path";

/** One origin: files of a page, and behind them the platform, as with a proxy in front of both. */
export interface Site extends AsyncDisposable {
  readonly url: string;
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/**
 * @param files text by path, such as `/index.html`
 * @param policy the Content-Security-Policy of these files
 */
export async function openSite(
  files: ReadonlyMap<string, string>,
  policy: string,
  platformPort: number,
): Promise<Site> {
  const target = { host: "127.0.0.1", port: platformPort };
  const server = createServer((incoming, answer) => {
    const { url = "/", method, headers } = incoming;
    const file = files.get(url);
    if (file !== undefined) {
      answer.writeHead(200, { "content-type": TYPES[extname(url)] ?? "text/plain", "content-security-policy": policy });
      answer.end(file);
      return;
    }
    const outgoing = request({ ...target, method, path: url, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.pipe(answer);
    });
    outgoing.on("error", () => answer.writeHead(502).end());
    incoming.pipe(outgoing);
  });
  server.on("upgrade", ({ method, url, rawHeaders }, socket, head) => {
    const through = connect(target);
    for (const side of [socket, through]) {
      side.on("error", () => side.destroy());
      side.on("close", () => {
        socket.destroy();
        through.destroy();
      });
    }
    const lines = [`${method} ${url} HTTP/1.1`];
    for (let index = 0; index < rawHeaders.length; index += 2) {
      lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
    }
    through.write(`${lines.join("\r\n")}\r\n\r\n`);
    through.write(head);
    socket.pipe(through).pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
