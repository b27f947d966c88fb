import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openWebTests, type WebTests } from "./testing-web.ts";

let tests: WebTests;
beforeAll(async () => {
  tests = await openWebTests();
});
afterAll(() => tests[Symbol.asyncDispose]());

const ID = "550e8400-e29b-41d4-a716-446655440000";
const serve: WebTests["serve"] = (options) => tests.serve(options);

test("a call is private, has a token for its other seat, and reveals no secret", async () => {
  await using web = await serve();
  expect(await (await web.get("/web/config")).json()).toEqual({
    publicKey: tests.project.publicKey,
    apiBaseUrl: "/api/v1",
  });

  const started = await web.post("/web/calls");
  const call = (await started.json()) as { callId: string };
  expect(call).toEqual({
    callId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    callToken: expect.stringMatching(/^ct_/),
    publicKey: tests.project.publicKey,
  });
  expect(started.headers.get("cache-control")).toBe("no-store");
  expect(await (await web.post(`/web/calls/${call.callId}/tokens`)).json()).toEqual({
    callToken: expect.stringMatching(/^ct_/),
  });

  const publicMint = await fetch(`${tests.api.origin}/api/v1/p2p/calls/${call.callId}/token`, {
    method: "POST",
    headers: { authorization: `Bearer ${tests.project.publicKey}` },
  });
  expect(publicMint.status).toBe(403);
});

test("errors about a call are passed on, errors about our key are not", async () => {
  await using web = await serve();
  const unknown = await web.post(`/web/calls/${ID}/tokens`);
  expect([unknown.status, await unknown.json()]).toEqual([404, expect.objectContaining({ code: "call_not_found" })]);
  expect((await web.post("/web/calls/nonsense/tokens")).status).toBe(404);

  const { callId } = (await (await web.post("/web/calls")).json()) as { callId: string };
  await fetch(`${tests.api.origin}/api/v1/projects/${tests.project.projectId}/calls/${callId}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${tests.project.secretKey}` },
  });
  const ended = await web.post(`/web/calls/${callId}/tokens`);
  expect([ended.status, await ended.json()]).toEqual([410, expect.objectContaining({ code: "call_terminated" })]);

  await using stranger = await serve({ projectId: ID });
  const refused = await stranger.post("/web/calls");
  expect([refused.status, await refused.json()]).toEqual([500, expect.objectContaining({ code: "internal_error" })]);

  await using lost = await serve({ fetch: () => Promise.reject(new TypeError("fetch failed")) });
  expect((await lost.post("/web/calls")).status).toBe(503);
});

test("an address can start a limited number of calls per minute, and learns how long to wait", async () => {
  await using web = await serve({ callsPerMinute: 2, joinsPerMinute: 1, trustedProxies: 1 });
  const from = (address: string) => web.post("/web/calls", { "x-forwarded-for": address });
  expect((await from("192.0.2.1")).status).toBe(200);
  expect((await from("192.0.2.1")).status).toBe(200);
  const third = await from("192.0.2.1");
  expect(third.status).toBe(429);
  expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await third.json()).toEqual({
    error: expect.stringMatching(/^Too many calls were started from your network\. Try again in \d+ seconds\.$/),
    code: "rate_limited",
  });
  expect((await from("192.0.2.2")).status).toBe(200);
  // One subscriber has a whole /64.
  const subscriber = ["2001:db8::1", "2001:db8::2", "2001:db8::3"];
  expect(await Promise.all(subscriber.map(async (address) => (await from(address)).status))).toContain(429);
});

test("all addresses together have a budget, calls and rooms one, joins another", async () => {
  await using web = await serve({ callsPerMinuteInAll: 3, joinsPerMinuteInAll: 2, trustedProxies: 1 });
  let addresses = 0;
  const post = (target: string) =>
    web.post(target, { "x-forwarded-for": `198.51.100.${++addresses}`, "content-type": "application/json" }, {});
  expect((await post("/web/calls")).status).toBe(200);
  expect((await post("/web/rooms")).status).toBe(200);
  const { callId } = (await (await post("/web/calls")).json()) as { callId: string };
  for (const target of ["/web/calls", "/web/rooms"]) {
    const refused = await post(target);
    expect([refused.status, await refused.json()]).toEqual([
      429,
      expect.objectContaining({ code: "rate_limited", error: expect.stringContaining("are being started") }),
    ]);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  }
  const join = async () => (await post(`/web/calls/${callId}/tokens`)).status;
  expect([await join(), await join(), await join()]).toEqual([200, 200, 429]);
});

test("other sites cannot use up their visitors' allowance", async () => {
  await using web = await serve();
  for (const site of ["cross-site", "same-site"]) {
    expect((await web.post("/web/calls", { "sec-fetch-site": site })).status).toBe(403);
  }
  expect((await web.post("/web/calls", { "sec-fetch-site": "same-origin" })).status).toBe(200);
});

test("the page is at / and at the link of every call and room; elsewhere it is a 404", async () => {
  await using web = await serve();
  for (const target of ["/", `/call/${ID}`, `/room/${ID}`]) {
    const response = await web.get(target);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await response.text()).toContain("<title>Radist</title>");
    expect(response.headers.get("cache-control")).toBe("no-cache");
  }
  for (const target of [
    "/call/short",
    "/room/short",
    `/meeting/${ID}`,
    "/nothing",
    "/.stamp",
    "/../package.json",
    "/%2e%2e/package.json",
  ]) {
    const response = await web.get(target);
    expect([target, response.status, await response.text()]).toEqual([target, 404, expect.stringContaining("Radist")]);
  }
  expect((await web.get("/assets/gone-1234.js")).status).toBe(404);
  expect((await web.get("/api/v1/unknown")).status).toBe(404);
});

test("hashed files are cached for good, others are revalidated", async () => {
  await using web = await serve();
  const script = await web.get("/assets/index-3f2a.js", { "accept-encoding": "gzip" });
  expect(Object.fromEntries(script.headers)).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
    "content-encoding": "gzip",
    vary: "accept-encoding",
  });
  expect(await script.text()).toContain("radist");

  const etag = (await web.get("/")).headers.get("etag") ?? "";
  expect((await web.get("/", { "if-none-match": etag })).status).toBe(304);
});

test("every response has the security headers", async () => {
  await using web = await serve();
  for (const target of ["/", "/nothing", "/assets/index-3f2a.js", "/web/config"]) {
    expect(Object.fromEntries((await web.get(target)).headers)).toMatchObject({
      "content-security-policy": expect.stringMatching(
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
      ),
      "permissions-policy": expect.stringContaining("camera=(self), microphone=(self), display-capture=(self)"),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
  }
});

test("a page that is not built yet says how to build it, and is served once it is", async () => {
  const empty = await mkdtemp(path.join(tmpdir(), "radist-empty-"));
  await using web = await serve({ pageDirectory: empty });
  const missing = await web.get("/");
  expect([missing.status, await missing.text()]).toEqual([503, expect.stringContaining("pnpm --filter web build")]);
  expect((await web.get("/readyz")).status).toBe(503);

  await writeFile(path.join(empty, "index.html"), "<!doctype html><title>Built</title>");
  expect(await (await web.get("/")).text()).toContain("Built");
  expect((await web.get("/readyz")).status).toBe(200);
  await rm(empty, { recursive: true });
});
