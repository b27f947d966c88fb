import type { ApiInfo } from "@radist-tech/protocol";
import { VERSION } from "@radist-tech/runtime";
import type { ApiApp } from "../parts.ts";
import { asyncApiDocument } from "./asyncapi.ts";
import { apiInfoRoute } from "./contract.ts";
import { openApiDocument } from "./openapi.ts";
import { ASSETS, PAGE, PAGE_POLICY } from "./page.ts";

const INFO: ApiInfo = {
  name: "Radist",
  version: VERSION,
  docs: "/api/v1/docs",
  openapi: "/api/v1/openapi.json",
  asyncapi: "/api/v1/asyncapi.json",
};

/** The API's description of itself: for programs as documents, for people as a page. */
export function serveDocs(app: ApiApp): void {
  // Most processes are never asked for them.
  const openApi = once(openApiDocument);
  const asyncApi = once(asyncApiDocument);
  app.openapi(apiInfoRoute, (context) => context.json(INFO, 200));
  app.get("/api/v1/openapi.json", (context) => context.json(openApi()));
  app.get("/api/v1/asyncapi.json", (context) => context.json(asyncApi()));
  app.get("/api/v1/docs", (context) => context.html(PAGE, 200, { "content-security-policy": PAGE_POLICY }));
  for (const [name, asset] of Object.entries(ASSETS)) {
    app.get(`/api/v1/docs/${name}`, async (context) =>
      context.body(await asset.read(), 200, { "content-type": asset.contentType, "cache-control": "max-age=3600" }),
    );
  }
}

/** Builds a document when it is asked for, once. */
function once<Document>(build: () => Document): () => Document {
  let document: Document | undefined;
  return () => {
    document ??= build();
    return document;
  };
}
