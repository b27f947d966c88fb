import { CallId, RoomId } from "@radist-tech/protocol";
import { type Context, Hono } from "hono";
import type { PageFile, PageFiles } from "./files.ts";

const NOT_BUILT =
  "The page has not been built yet.\n\nBuild it with `pnpm --filter web build`, or run `npm start`, which builds it and starts everything.\n";

/**
 * The page and its files. Unknown addresses get the page too, with status 404: it says what is wrong and what to do.
 *
 * @param files called for each request, so that a page that is built later is found
 */
export function pageRoutes(files: () => Promise<PageFiles | null>): Hono {
  return new Hono().get("*", async (context, next) => {
    if (context.req.path.startsWith("/api/")) return next();
    const page = await files();
    if (page === null) return context.text(NOT_BUILT, 503, { "retry-after": "5" });

    const file = page.get(context.req.path);
    if (file && context.req.path !== "/index.html") return answer(context, file, 200);
    const index = page.get("/index.html");
    if (!index || context.req.path.startsWith("/assets/")) return context.text("Not found.\n", 404);
    return answer(context, index, isView(context.req.path) ? 200 : 404);
  });
}

function isView(path: string): boolean {
  const [, view, id] = /^\/(call|room)\/([^/]+)$/.exec(path) ?? [];
  return path === "/" || (view === "call" ? CallId : RoomId).safeParse(id).success;
}

function answer(context: Context, file: PageFile, status: 200 | 404): Response {
  context.header("cache-control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  context.header("etag", file.etag);
  context.header("vary", "accept-encoding");
  if (status === 200 && context.req.header("if-none-match") === file.etag) return context.body(null, 304);

  context.header("content-type", file.type);
  const gzip = file.gzipped && /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
  if (gzip) context.header("content-encoding", "gzip");
  return context.body(gzip && file.gzipped ? file.gzipped : file.body, status);
}
