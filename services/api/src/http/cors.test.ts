import { newCallId, newPublicKey } from "@radist-tech/protocol";
import { afterAll, describe, expect, test } from "vitest";
import type { Answer } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const from = (origin: string) => ({ headers: { origin } });
const allowed = (answer: Answer): string | null => answer.headers.get("access-control-allow-origin");

test("a preflight is answered for any origin, without a key", async () => {
  const headers = {
    origin: "https://a.example",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
  };
  const answer = await api.client.ask("OPTIONS", `/p2p/calls/${newCallId()}/token`, { headers });
  expect(answer.status).toBe(204);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "POST, OPTIONS",
    "access-control-allow-headers": expect.stringContaining("Authorization"),
  });
});

describe("a project without a list", () => {
  test("allows any origin", async () => {
    const project = await api.client.project();
    const { callId } = await project.call();
    const answer = await project.mint(callId, from("https://a.example"));
    expect([answer.status, allowed(answer)]).toEqual([200, "*"]);
    expect(answer.headers.get("access-control-expose-headers")).toContain("X-Request-Id");
  });
});

describe("a project with a list", () => {
  test("allows the origins of its list and refuses others", async () => {
    const project = await api.client.project({ allowedOrigins: ["https://a.example", "http://localhost:5173"] });
    const { callId } = await project.call();
    for (const origin of ["https://a.example", "http://localhost:5173"]) {
      const answer = await project.mint(callId, from(origin));
      expect([answer.status, allowed(answer), answer.headers.get("vary")]).toEqual([200, origin, "Origin"]);
    }
    for (const origin of ["https://b.example", "https://a.example:444", "http://a.example", "null", ""]) {
      const answer = await project.mint(callId, from(origin));
      expectError(answer, 403, "Origin is not allowed for this project.", "origin_not_allowed");
      expect(allowed(answer)).toBeNull();
    }
    const fromNoPage = await project.mint(callId);
    expect([fromNoPage.status, allowed(fromNoPage)]).toEqual([200, null]);
  });

  test("lets its pages read refusals", async () => {
    const project = await api.client.project({ allowedOrigins: ["https://a.example"] });
    const answer = await project.mint(newCallId(), from("https://a.example"));
    expect([answer.status, allowed(answer)]).toEqual([404, "https://a.example"]);
  });
});

test("a wrong key can be read by the page that used it", async () => {
  const path = `/p2p/calls/${newCallId()}/token`;
  for (const asking of [{}, { bearer: newPublicKey() }]) {
    const answer = await api.client.ask("POST", path, { ...asking, ...from("https://a.example") });
    expect([answer.status, allowed(answer)]).toEqual([401, "*"]);
  }
});

test("routes with a secret key or the admin token allow no origin", async () => {
  const project = await api.client.project();
  const answers = [
    await project.ask("GET", "/calls", from("https://a.example")),
    await api.client.asAdmin("GET", "/projects", from("https://a.example")),
    await project.ask("OPTIONS", "/calls", from("https://a.example")),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(answers.map(allowed)).toEqual([null, null, null]);
});
