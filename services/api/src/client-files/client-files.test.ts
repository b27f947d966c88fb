import { afterAll, expect, test } from "vitest";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());

const get = (name: string, headers: Record<string, string> = {}) => fetch(`${api.url}/api/v1/${name}`, { headers });

test("the browser SDK is served to pages anywhere, its chunks for good", async () => {
  const entry = await get("client.js");
  expect(entry.status).toBe(200);
  expect(Object.fromEntries(entry.headers)).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "no-cache",
    "access-control-allow-origin": "*",
  });
  const [, rooms = ""] = /import\(["'`]\.\/(client-rooms-[\w-]+\.js)["'`]\)/.exec(await entry.text()) ?? [];
  const chunk = await get(rooms);
  expect([chunk.status, chunk.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
  expect(await chunk.text()).toMatch(/from["'`]\.\/client\.js["'`]/);
});

test("who has the file already is told so, also by a proxy that compresses", async () => {
  const etag = (await get("client.js")).headers.get("etag") ?? "";
  for (const given of [etag, `W/${etag}`, `"another", ${etag}`]) {
    const answer = await get("client.js", { "if-none-match": given });
    expect([answer.status, answer.headers.get("etag"), await answer.text()]).toEqual([304, etag, ""]);
  }
  expect((await get("client.js", { "if-none-match": '"another"' })).status).toBe(200);
});

test("it is compressed for those who take that", async () => {
  const plain = await get("client.js", { "accept-encoding": "identity" });
  const packed = await get("client.js", { "accept-encoding": "gzip" });
  expect([plain.headers.get("content-encoding"), packed.headers.get("content-encoding")]).toEqual([null, "gzip"]);
  // fetch has unpacked it already.
  expect(await packed.text()).toBe(await plain.text());
});

test("there are no other files", async () => {
  for (const name of ["client-rooms-none.js", "client-.js", "client.json"]) expect((await get(name)).status).toBe(404);
});
