import { Refusal } from "@radist-tech/protocol";
import type { ApiApp } from "../parts.ts";
import { type ClientFile, readClientFiles } from "./read-files.ts";

/** The names of chunks hold a hash of their content; those of others stay the same. */
const HASHED = /^client-[\w-]+\.js$/;

/**
 * The browser SDK at `/api/v1/client.js`, for pages without a bundler: what is there fits this platform. Any page may load it,
 * as any page may call this API.
 */
export function serveClientFiles(app: ApiApp): void {
  // Most processes are never asked for them.
  let reading: Promise<ReadonlyMap<string, ClientFile>> | undefined;
  const files = () => {
    reading ??= readClientFiles().catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    return reading;
  };
  app.get("/api/v1/:file{client(-[\\w-]+)?\\.(js|txt)}", async (context) => {
    const name = context.req.param("file");
    const file = (await files()).get(name);
    if (!file) throw new Refusal("not_found");
    context.header("cache-control", HASHED.test(name) ? "public, max-age=31536000, immutable" : "no-cache");
    context.header("etag", file.etag);
    context.header("vary", "accept-encoding");
    context.header("access-control-allow-origin", "*");
    context.header("cross-origin-resource-policy", "cross-origin");
    if (matches(context.req.header("if-none-match"), file.etag)) return context.body(null, 304);
    context.header("content-type", file.type);
    const isCompressed = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
    if (isCompressed) context.header("content-encoding", "gzip");
    return context.body(isCompressed ? file.gzipped : file.body);
  });
}

/** RFC 9110, section 13.1.2: a list, and a proxy that compressed the answer may have made the tag a weak one. */
function matches(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
