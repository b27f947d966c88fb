import { RadistServerClient } from "@radist-tech/server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWebTests, type WebTests } from "../testing-web.ts";

const ID = "550e8400-e29b-41d4-a716-446655440000";

let tests: WebTests;
beforeAll(async () => {
  tests = await openWebTests();
});
afterAll(() => tests[Symbol.asyncDispose]());

test("a room has tokens with and without a name, and reveals no secret", async () => {
  await using web = await tests.serve();
  const started = await web.post("/web/rooms", {}, { name: "Ada" });
  const room = (await started.json()) as { roomId: string };
  expect(room).toEqual({
    roomId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    roomToken: expect.stringMatching(/^ct_/),
  });
  expect(started.headers.get("cache-control")).toBe("no-store");
  for (const joining of [{ name: "Grace" }, {}]) {
    const joined = await web.post(`/web/rooms/${room.roomId}/tokens`, {}, joining);
    expect(await joined.json()).toEqual({ roomToken: expect.stringMatching(/^ct_/) });
  }
});

test("a room that never existed or has ended is reported; a name must be valid", async () => {
  await using web = await tests.serve();
  const unknown = await web.post(`/web/rooms/${ID}/tokens`, {}, {});
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: "room_not_found" })]);
  expect((await web.post("/web/rooms/nonsense/tokens", {}, {})).status).toBe(404);

  const { roomId } = (await (await web.post("/web/rooms", {}, {})).json()) as { roomId: string };
  const { secretKey, projectId } = tests.project;
  const server = new RadistServerClient(secretKey, { projectId, apiBaseUrl: `${tests.api.origin}/api/v1` });
  for (const name of ["", "  ", "x".repeat(41), 7, null]) {
    expect((await web.post(`/web/rooms/${roomId}/tokens`, {}, { name })).status).toBe(400);
  }
  expect((await web.post(`/web/rooms/${roomId}/tokens`)).status).toBe(400);
  expect((await web.post(`/web/rooms/${roomId}/tokens`, {}, { name: "Ada", more: "x".repeat(5_000) })).status).toBe(
    413,
  );

  await server.endRoom(roomId);
  const ended = await web.post(`/web/rooms/${roomId}/tokens`, {}, { name: "Ada" });
  expect([ended.status, await ended.json()]).toEqual([410, expect.objectContaining({ code: "room_terminated" })]);
});

test("an address can start a limited number of rooms per minute; joining counts calls and rooms together", async () => {
  await using web = await tests.serve({ callsPerMinute: 1, joinsPerMinute: 2, trustedProxies: 1 });
  const from = { "x-forwarded-for": "192.0.2.1" };
  const started = await web.post("/web/rooms", from, {});
  expect(started.status).toBe(200);
  const refused = await web.post("/web/rooms", from, {});
  expect([refused.status, await refused.json()]).toEqual([429, expect.objectContaining({ code: "rate_limited" })]);
  expect((await web.post("/web/calls", from)).status).toBe(200);

  const { roomId } = (await started.json()) as { roomId: string };
  expect((await web.post(`/web/rooms/${roomId}/tokens`, from, {})).status).toBe(200);
  expect((await web.post(`/web/calls/${ID}/tokens`, from)).status).toBe(404);
  expect((await web.post(`/web/rooms/${roomId}/tokens`, from, {})).status).toBe(429);
});

test("other sites cannot use up their visitors' allowance", async () => {
  await using web = await tests.serve();
  expect((await web.post("/web/rooms", { "sec-fetch-site": "cross-site" }, {})).status).toBe(403);
});
