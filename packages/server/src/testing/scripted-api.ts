import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request: a status with a body and headers, or whatever it does with the socket. */
export type Answering =
  | { status: number; body?: unknown; headers?: Record<string, string> }
  | ((response: ServerResponse) => void);

/** A real HTTP server on port 0 that answers its requests in the given order and remembers them. */
export async function scriptedApi(...script: Answering[]) {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      seen.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body });
      answer(script.shift() ?? { status: 500, body: { error: "The script is over." } }, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/api/v1`,
    seen,
    async [Symbol.asyncDispose](): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(answering: Answering, response: ServerResponse): void {
  if (typeof answering === "function") {
    answering(response);
    return;
  }
  response.writeHead(answering.status, { "content-type": "application/json", ...answering.headers });
  response.end(answering.body === undefined ? undefined : JSON.stringify(answering.body));
}
