import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** A file of the built page, ready to send. */
export interface PageFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Undefined where compression does not help. */
  readonly gzipped: Uint8Array<ArrayBuffer> | undefined;
  readonly etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  readonly immutable: boolean;
}

/** URL path, such as `/assets/index-3f2a.js`, → file. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".txt": "text/plain; charset=utf-8",
  ".map": "application/json",
};

/** Reads the whole page into memory: it is small, and nothing outside the map can be requested. Null: not built. */
export async function readPage(directory: string): Promise<PageFiles | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    },
  );
  if (!entries?.some((entry) => entry.name === "index.html")) return null;

  const files = new Map<string, PageFile>();
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith(".")) continue;
    const file = path.join(entry.parentPath, entry.name);
    const url = `/${path.relative(directory, file).split(path.sep).join("/")}`;
    files.set(url, prepare(url, Uint8Array.from(await readFile(file))));
  }
  return files;
}

function prepare(url: string, body: Uint8Array<ArrayBuffer>): PageFile {
  const gzipped = Uint8Array.from(gzipSync(body, { level: 9 }));
  return {
    type: TYPES[path.extname(url)] ?? "application/octet-stream",
    body,
    gzipped: gzipped.length < body.length * 0.9 ? gzipped : undefined,
    etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`,
    immutable: url.startsWith("/assets/"),
  };
}
