import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { Room } from "./servers.ts";

type Scripts = ReadonlyMap<string, string>;

/** A page with the room that it meets in, and the backend that gets it there. */
export interface ServedPage extends AsyncDisposable {
  readonly url: string;
}

/** Serves `page/<name>.ts` as a bundler makes it. */
export async function servePage(name: "ours" | "bare" | "voice", room: Room): Promise<ServedPage> {
  const scripts = await bundle(name);
  const server = createServer((request, response) => {
    const path = request.url?.slice(1) ?? "";
    const script = scripts.get(path);
    if (path === "seat") seat(room, response).catch((error: unknown) => response.destroy(error as Error));
    else if (script !== undefined) response.setHeader("content-type", "text/javascript").end(script);
    else response.setHeader("content-type", "text/html").end(html(name));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function seat(room: Room, response: ServerResponse): Promise<void> {
  const [url = ""] = await room.seats(1);
  response.end(url);
}

async function bundle(name: string): Promise<Scripts> {
  const result = await build({
    configFile: false,
    root: fileURLToPath(new URL("page", import.meta.url)),
    logLevel: "warn",
    build: { write: false, lib: { entry: `${name}.ts`, formats: ["es"], fileName: () => `${name}.js` } },
  });
  const outputs = [result].flat().flatMap((each) => ("output" in each ? each.output : []));
  return new Map(outputs.flatMap((output) => (output.type === "chunk" ? [[output.fileName, output.code]] : [])));
}

const html = (name: string): string =>
  `<!doctype html><title>${name}</title><body><script type="module" src="/${name}.js"></script>`;
