import { ErrorBody } from "@radist-tech/protocol";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Answer } from "../testing/client.ts";
import { ADMIN_TOKEN, startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const project = await api.client.project();
const { roomId } = await project.room();

const RUNS = { numRuns: 150 };
const segment = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "%00", "%ff", "%", "..", "null", "0", project.projectId),
  fc.string({ unit: "binary", maxLength: 30 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.uuid(),
);
const headerValue = fc.stringMatching(/^[ -~\u0080-\u00ff]{0,300}$/);
const bearer = fc.constantFrom(project.secretKey, project.publicKey, ADMIN_TOKEN, "nonsense");

/** Expects a deliberate answer in JSON, whatever was asked. */
function expectMeant({ status, body }: Answer): void {
  expect(status).toBeLessThan(500);
  if (status >= 400) expect(ErrorBody.parse(body).code).toEqual(expect.any(String));
}

test("any path with any ids", async () => {
  const method = fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS");
  const path = fc.oneof(
    fc.tuple(segment, segment).map(([project, call]) => `/projects/${project}/calls/${call}/tokens`),
    fc.tuple(segment, segment).map(([project, call]) => `/projects/${project}/calls/${call}`),
    fc.tuple(segment, segment).map(([project, key]) => `/projects/${project}/keys/${key}`),
    segment.map((call) => `/projects/${project.projectId}/calls/${call}`),
    segment.map((call) => `/p2p/calls/${call}/token`),
    fc
      .tuple(segment, segment)
      .map(([room, peer]) => `/projects/${project.projectId}/rooms/${room}/participants/${peer}`),
    segment.map((room) => `/projects/${project.projectId}/rooms/${room}/tokens`),
    segment.map((query) => `/projects/${project.projectId}/rooms?page=${query}&limit=${query}&${query}`),
    segment.map((query) => `/projects/${project.projectId}/usage?from=${query}&interval=${query}&to=${query}`),
    segment.map((query) => `/projects/${project.projectId}/calls?page=${query}&limit=${query}&${query}`),
  );
  await fc.assert(
    fc.asyncProperty(method, path, bearer, async (method, path, bearer) => {
      // The project that all tests share stays, with everything in it.
      fc.pre(!(method === "DELETE" && path.includes(project.projectId)));
      expectMeant(await api.client.ask(method, path, { bearer }));
    }),
    RUNS,
  );
});

test("any JSON as a body", async () => {
  const field = fc.constantFrom(
    ...(["name", "accessControl", "allowedOrigins", "connectionLimit", "__proto__", "toString"] as const),
    ...(["tokens", "maxParticipants", "e2ee", "metadata", "idleSeconds", "ttlSeconds", "participant"] as const),
  );
  const body = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()));
  const route = fc.constantFrom(
    ["POST", `/projects/${project.projectId}/calls`, project.secretKey],
    ["POST", `/projects/${project.projectId}/rooms`, project.secretKey],
    ["POST", `/projects/${project.projectId}/rooms/${roomId}/tokens`, project.secretKey],
    ["POST", `/projects/${project.projectId}/keys`, ADMIN_TOKEN],
    ["POST", "/projects", ADMIN_TOKEN],
    ["PATCH", `/projects/${project.projectId}`, ADMIN_TOKEN],
  );
  await fc.assert(
    fc.asyncProperty(route, body, async ([method = "", path = "", bearer = ""], json) => {
      expectMeant(await api.client.ask(method, path, { bearer, json }));
    }),
    RUNS,
  );
});

test("any bytes as a body", async () => {
  const type = fc.constantFrom(
    "application/json",
    "application/json;charset=utf-16",
    "text/plain",
    "multipart/form-data",
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), type, async (bytes, type) => {
      const asking = { raw: Uint8Array.from(bytes), headers: { "content-type": type } };
      expectMeant(await project.ask("POST", "/calls", asking));
    }),
    RUNS,
  );
});

test("any header values", async () => {
  const name = fc.constantFrom(
    "authorization",
    "idempotency-key",
    "x-request-id",
    "origin",
    "content-type",
    "x-forwarded-for",
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, headerValue), async (headers) => {
      expectMeant(await project.ask("POST", "/calls", { headers }));
    }),
    RUNS,
  );
});
