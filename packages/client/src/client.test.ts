import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { RadistClient } from "./client.ts";

/** An API that answers with this, and remembers what it was asked. */
async function api(status: number, body: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const radist = new RadistClient({
    publicKey: "rad_pk_1",
    apiBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  });
  return {
    radist,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

test("mints a token with the public key", async () => {
  await using own = await api(200, JSON.stringify({ callToken: "ct_1" }));
  expect(await own.radist.mintToken({ callId: "call" })).toBe("ct_1");
  expect(own.asked).toEqual(["POST /api/v1/p2p/calls/call/token Bearer rad_pk_1"]);
});

test.each([
  ["an error of the platform", 403, { error: "Call is private.", code: "call_private" }, "call_private"],
  ["an error of a proxy", 502, "<html>", "unavailable"],
  ["an answer without a token", 200, {}, "unavailable"],
])("%s is an error", async (_, status, body, code) => {
  await using own = await api(status, typeof body === "string" ? body : JSON.stringify(body));
  await expect(own.radist.mintToken({ callId: "call" })).rejects.toMatchObject({ code });
});

test("a platform that cannot be reached is a network error", async () => {
  const cause = new TypeError("fetch failed");
  const radist = new RadistClient({
    publicKey: "rad_pk_1",
    fetch: () => Promise.reject(cause),
  });
  await expect(radist.mintToken({ callId: "call" })).rejects.toMatchObject({ code: "network_error", cause });
});

const INVALID = { code: "invalid_argument" };

test("refuses arguments that cannot work", async () => {
  expect(() => new RadistClient({ publicKey: "" })).toThrow(expect.objectContaining(INVALID));
  expect(() => new RadistClient({ publicKey: "rad_pk_1", apiBaseUrl: "nowhere" })).toThrow(
    expect.objectContaining(INVALID),
  );
  const radist = new RadistClient({ publicKey: "rad_pk_1" });
  for (const channels of [[], ["audio", "smell"]] as never[]) {
    await expect(radist.createConnection({ callToken: "ct_1", channels })).rejects.toMatchObject(INVALID);
    await expect(radist.createRoomConnection({ roomToken: "ct_1", channels })).rejects.toMatchObject(INVALID);
  }
});

test("a secret key is refused wherever it is given, and goes nowhere", async () => {
  const secret = { ...INVALID, message: expect.stringContaining("secret key") };
  expect(() => new RadistClient({ publicKey: "rad_sk_1" })).toThrow(expect.objectContaining(secret));
  const radist = new RadistClient({
    publicKey: "rad_pk_1",
    webSocketFactory: () => {
      throw new Error("A socket was opened.");
    },
  });
  const channels = ["data"] as const;
  await expect(radist.createConnection({ callToken: "rad_sk_1", channels })).rejects.toMatchObject(secret);
  await expect(radist.createRoomConnection({ roomToken: "rad_sk_1", channels })).rejects.toMatchObject(secret);
});

test("what is missing is named", async () => {
  const radist = new RadistClient({ publicKey: "rad_pk_1" });
  const nothing = undefined as never;
  const missing = (name: string) => ({ ...INVALID, message: `${name} is missing.` });
  await expect(radist.mintToken({ callId: nothing })).rejects.toMatchObject(missing("callId"));
  await expect(radist.createConnection({ callToken: nothing, channels: ["data"] })).rejects.toMatchObject(
    missing("callToken"),
  );
  await expect(radist.createRoomConnection({ roomToken: nothing })).rejects.toMatchObject(missing("roomToken"));
});

test.each([
  ["a token", { roomToken: "ct_1" }],
  ["the seat of an earlier page, without a token", { resume: { roomId: "r", peerId: "p", resumeToken: "rt_1" } }],
])("a browser without WebRTC cannot join a room by %s", async (_by, credentials) => {
  await RadistClient.prepareRooms();
  const radist = new RadistClient({ publicKey: "rad_pk_1" });
  await expect(radist.createRoomConnection(credentials)).rejects.toMatchObject({ code: "media_unsupported" });
});
