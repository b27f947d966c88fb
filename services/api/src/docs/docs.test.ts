import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import {
  ApiInfo,
  P2PClientMessage,
  P2PServerMessage,
  RoomClientMessage,
  RoomServerMessage,
} from "@radist-tech/protocol";
import { VERSION } from "@radist-tech/runtime";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, describe, expect, test } from "vitest";
import { startApi } from "../testing/start-api.ts";
import { asyncApiDocument } from "./asyncapi.ts";
import { openApiDocument } from "./openapi.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());

/** Routes that the documents need not describe: the documents themselves, the page that shows them, and the browser SDK. */
const DESCRIPTIONS = /^\/api\/v1\/(openapi\.json|asyncapi\.json|docs(\/.+)?|:file\{client.+)$/;

describe("openapi.json", () => {
  test("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate({ ...openApiDocument() });
    expect(errors).toBeUndefined();
    expect([valid, validator.version]).toEqual([true, "3.1"]);
  });

  test("describes every route that is served, and serves every route that it describes", () => {
    const served = api.routes
      .filter(({ method, path }) => method !== "ALL" && !DESCRIPTIONS.test(path))
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const described = Object.entries(openApiDocument().paths ?? {}).flatMap(([path, item]) =>
      Object.keys(item ?? {}).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(served)].toSorted()).toEqual(described.toSorted());
  });

  test("is what the API serves and what stands in docs/reference", async () => {
    expect((await api.client.ask("GET", "/openapi.json")).body).toEqual(openApiDocument());
    expect(await reference("openapi.json")).toEqual(openApiDocument());
  });
});

test("the API tells its version and where it is described, to everyone", async () => {
  const { status, body } = await api.client.ask("GET", "");
  expect(status).toBe(200);
  const { version, docs, openapi, asyncapi } = ApiInfo.parse(body);
  expect(version).toBe(VERSION);
  for (const path of [docs, openapi, asyncapi]) expect((await fetch(api.url + path)).status).toBe(200);
});

describe("asyncapi.json", () => {
  test("is valid AsyncAPI 3.0", () => {
    const require = createRequire(import.meta.url);
    const schema: object = require("@asyncapi/specs/schemas/3.0.0-without-$id.json");
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const validate = ajv.compile(schema);
    validate(asyncApiDocument());
    expect(validate.errors).toBeNull();
  });

  test("names every message of the protocol, and every reference leads somewhere", () => {
    const document = asyncApiDocument();
    const ids = [P2PClientMessage, P2PServerMessage, RoomClientMessage, RoomServerMessage].flatMap(({ options }) =>
      options.map((option) => String(option.meta()?.id)),
    );
    // Errors, pings, pongs, ICE servers and reports of failures are the same on both sockets.
    expect(Object.keys(document.components.messages)).toEqual([...new Set(ids)]);
    expect(ids.length - new Set(ids).size).toBe(5);
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, path = ""] of references) {
      const target = path.split("/").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
      expect([path, target]).toEqual([path, expect.any(Object)]);
    }
  });

  test("its schemas accept what the protocol accepts, including fields of later versions", () => {
    const { schemas } = asyncApiDocument().components;
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const validate = ajv.compile({ $ref: "#/components/schemas/Signal", components: { schemas } });
    const signal = { type: "signal", targetPeerId: "peer_a1", signalType: "offer", payload: { sdp: "…" }, later: true };
    expect([P2PClientMessage.safeParse(signal).success, validate(signal)]).toEqual([true, true]);
    const wrong = { ...signal, targetPeerId: "a1" };
    expect([P2PClientMessage.safeParse(wrong).success, validate(wrong)]).toEqual([false, false]);
  });

  test.each([
    [{ type: "e2ee-key", targetPeerId: "peer_a1", keyId: 7, wrappedKey: "AAAA", wrapIv: "AAAA", later: true }, true],
    [{ type: "e2ee-key", targetPeerId: "peer_a1", keyId: -7, wrappedKey: "AAAA", wrapIv: "AAAA" }, false],
    [{ type: "set-view", views: [{ consumerId: "c", visible: true, width: 640 }] }, true],
    [{ type: "set-view", views: [] }, false],
    [{ type: "leave-room", requestId: "" }, false],
  ])("a client in a room may say %j: %s", (message, expected) => {
    const { schemas } = asyncApiDocument().components;
    const anyOf = RoomClientMessage.options.map((option) => ({ $ref: `#/components/schemas/${option.meta()?.id}` }));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile({ anyOf, components: { schemas } });
    expect([RoomClientMessage.safeParse(message).success, validate(message)]).toEqual([expected, expected]);
  });

  test("is what the API serves and what stands in docs/reference", async () => {
    expect((await api.client.ask("GET", "/asyncapi.json")).body).toEqual(asyncApiDocument());
    expect(await reference("asyncapi.json")).toEqual(asyncApiDocument());
  });
});

test("the page loads nothing from elsewhere", async () => {
  const page = await api.client.ask("GET", "/docs");
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  const loaded = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url);
  expect(loaded).toContain("docs/swagger-ui-bundle.js");
  for (const url of loaded) expect(url).toMatch(/^(docs\/|openapi\.json$|data:,$)/);
  for (const name of ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"]) {
    expect((await api.client.ask("GET", `/docs/${name}`)).status).toBe(200);
  }
});

async function reference(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`../../../../docs/reference/${name}`, import.meta.url), "utf8"));
}
