import { isUtf8 } from "node:buffer";
import { Refusal } from "@radist-tech/protocol";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "./env.ts";

/** Much larger than any valid request body. */
export const MAX_BODY_BYTES = 64 * 1024;

/**
 * Reads the body before anything else sees it, up to the limit. An empty body counts as none, whatever its
 * Content-Type says: many clients always send one.
 */
export const boundedBody = createMiddleware<ApiEnv>(async (context, next) => {
  const { raw } = context.req;
  if (raw.method !== "GET" && raw.method !== "HEAD" && raw.body !== null) {
    const tooLarge = (): never => {
      // The rest of the body would have to be read before the connection could serve again.
      context.header("connection", "close");
      throw new Refusal("body_too_large");
    };
    if (Number(raw.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) tooLarge();
    const body = await read(raw.body, tooLarge);
    if (!isUtf8(body)) throw new Refusal("invalid_body", "Invalid request body: it is not UTF-8.");
    const headers = new Headers(raw.headers);
    if (body.byteLength === 0) headers.delete("content-type");
    context.req.raw = new Request(raw.url, {
      method: raw.method,
      headers,
      body: body.byteLength === 0 ? null : body,
      signal: raw.signal,
    });
  }
  await next();
});

async function read(stream: ReadableStream<Uint8Array>, tooLarge: () => never): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      size += chunk.byteLength;
      if (size > MAX_BODY_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw new Refusal("invalid_body", "Invalid request body: it ended early.", { cause: error });
  }
  if (size > MAX_BODY_BYTES) tooLarge();
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
