import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A file of the browser SDK, ready to send. */
export interface ClientFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
};

const BUILT = import.meta.resolve("@radist-tech/client/bundle.json");

const compress = promisify(gzip);

/**
 * The browser SDK for pages without a bundler, file by name: `client.js`, and the chunks that it loads.
 *
 * @throws when the client has not been built
 */
export async function readClientFiles(): Promise<ReadonlyMap<string, ClientFile>> {
  const texts = JSON.parse(await readFile(new URL(BUILT), "utf8")) as Record<string, string>;
  return new Map(
    await Promise.all(Object.entries(texts).map(async ([name, text]) => [name, await prepare(name, text)] as const)),
  );
}

async function prepare(name: string, text: string): Promise<ClientFile> {
  const body = new TextEncoder().encode(text);
  return {
    type: TYPES[extname(name)] ?? "application/octet-stream",
    body,
    gzipped: Uint8Array.from(await compress(body, { level: 9 })),
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`,
  };
}
