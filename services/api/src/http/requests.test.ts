import { request } from "node:http";
import { CreatedCall } from "@radist-tech/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";
import { MAX_BODY_BYTES } from "./body.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;
const project = await client.project();

describe("X-Request-Id", () => {
  test.each(["abc", "a-b_c.d:e", "x".repeat(128)])("%s is kept", async (id) => {
    const answer = await project.ask("GET", "/calls", { headers: { "x-request-id": id } });
    expect(answer.headers.get("x-request-id")).toBe(id);
    expect(api.logs()).toContain(`"requestId":"${id}"`);
  });

  test.each(["", "a b", '"', "x".repeat(129), "<script>", "é"])("%j is replaced", async (id) => {
    const answer = await client.ask("GET", "/projects", { headers: { "x-request-id": id } });
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expectError(answer, 401, "Missing bearer token.", "missing_bearer_token");
  });

  test("stands in every answer", async () => {
    for (const path of ["/nowhere", "/openapi.json", "/docs", "/projects"]) {
      expect((await client.ask("GET", path)).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

test("no cache on the way keeps an answer, be it a token or an error", async () => {
  for (const [method, path] of [
    ["POST", "/calls"],
    ["GET", "/calls"],
    ["GET", "/calls/nonsense"],
  ] as const) {
    expect((await project.ask(method, path)).headers.get("cache-control")).toBe("no-store");
  }
});

test.each([
  ["GET", "/nowhere"],
  ["PUT", "/projects"],
  ["GET", "/projects/x"],
  ["POST", "/p2p/calls"],
  ["POST", ""],
])("%s %s is not found, in JSON", async (method, path) => {
  const answer = await client.ask(method, path);
  expect(answer).toMatchObject({ status: 404, body: { error: "Not found.", code: "not_found" } });
});

describe("the body", () => {
  const create = (asking: Parameters<typeof project.ask>[2]) => project.ask("POST", "/calls", asking);
  const json = (raw: string) => ({ raw, headers: { "content-type": "application/json" } });

  test("may be missing where all of it is optional, with or without a Content-Type", async () => {
    for (const asking of [{}, json(""), { raw: "", headers: { "content-type": "text/plain" } }]) {
      expect((await create(asking)).status).toBe(200);
    }
  });

  test.each(["{", "undefined", "{'accessControl':'public'}", "[1,]", "\u0000"])("%j is not JSON", async (raw) => {
    expectError(await create(json(raw)), 400, "Invalid request body: not valid JSON.", "invalid_body");
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "json", "application/jsonp"])(
    "Content-Type %s is refused",
    async (type) => {
      const answer = await create({ raw: '{"accessControl":"private"}', headers: { "content-type": type } });
      const sentence = "Invalid request body: Content-Type must be application/json.";
      expectError(answer, 400, sentence, "invalid_body");
    },
  );

  test.each(["application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"])(
    "Content-Type %s is JSON",
    async (type) => {
      const answer = await create({ raw: '{"accessControl":"private"}', headers: { "content-type": type } });
      expect(CreatedCall.parse(answer.body).accessControl).toBe("private");
    },
  );

  test("unknown members are refused by name, including names of prototypes", async () => {
    for (const name of ["later", "constructor", "toString", "__proto__"]) {
      const answer = await create(json(`{"${name}":{"accessControl":"private"}}`));
      expect(answer.status, name).toBe(400);
      expect(answer.body).toMatchObject({ error: expect.stringContaining(name) });
      expect(({} as Record<string, unknown>).accessControl).toBeUndefined();
    }
  });

  test("up to 64 KiB is read", async () => {
    const padded = (bytes: number) => json(`{${" ".repeat(bytes - 2)}}`);
    expect((await create(padded(MAX_BODY_BYTES))).status).toBe(200);
    expectError(await create(padded(MAX_BODY_BYTES + 1)), 413, "Request body is too large.", "body_too_large");
  });

  test("a body of unknown length is cut off, too", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(
        `${api.url}/api/v1/projects/${project.projectId}/calls`,
        { method: "POST", headers: { authorization: `Bearer ${project.secretKey}` } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sending.on("error", reject);
      sending.flushHeaders();
      sending.write("x".repeat(MAX_BODY_BYTES + 1));
    });
    expect(status).toBe(413);
  });

  test("deep nesting is nothing special", async () => {
    const answer = await create(json(`${"[".repeat(30_000)}${"]".repeat(30_000)}`));
    expectError(answer, 400, "Invalid request body: Invalid input: expected object, received array.", "invalid_body");
  });
});
