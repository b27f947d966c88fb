import { createHash } from "node:crypto";
import { calls, callTokens, projects, rooms, roomTokens } from "@radist-tech/db";
import { ERRORS, newCallId, newCallToken, newPeerId, newPublicKey, newReconnectToken } from "@radist-tech/protocol";
import type { TestSocket } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, twoPeople } from "./testing/people.ts";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    nodes: 2,
    env: { MESSAGES_PER_SECOND: "20", MESSAGE_BURST: "100", RATE_LIMIT_PATIENCE_MS: "300", HELD_BYTES: "100000" },
  });
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function isRefused(socket: TestSocket, code: keyof typeof ERRORS, close: number): Promise<void> {
  expect(await socket.next("error")).toEqual({ type: "error", code, message: ERRORS[code].message });
  expect(await socket.closed).toMatchObject({ code: close });
}

describe("A connection is refused with an error and a close code:", () => {
  const reconnect = { callId: newCallId(), peerId: newPeerId(), reconnectToken: newReconnectToken() };

  test.each([
    ["neither a token nor a reconnect payload", {}],
    ["half a reconnect payload", { callId: reconnect.callId, peerId: reconnect.peerId }],
    ["both at once", { ...reconnect, callToken: newCallToken() }],
  ])("invalid_connection_request, for %s", async (_name, query) => {
    await isRefused(await cluster.open(query as Record<string, string>), "invalid_connection_request", 4400);
  });

  test.each([
    ["no key's form", "nonsense"],
    ["an unknown key", newPublicKey()],
  ])("unauthorized, for %s", async (_name, publicKey) => {
    await isRefused(await cluster.open({ publicKey, callToken: newCallToken() }), "unauthorized", 4401);
  });

  test.each([
    ["no token's form", "ct_nonsense"],
    ["an unknown token", newCallToken()],
  ])("invalid_token, for %s", async (_name, callToken) => {
    await isRefused(await cluster.open({ callToken }), "invalid_token", 4401);
  });

  test("invalid_token, for a token that was used, has expired, or is another project's", async () => {
    const { callId, callTokens: tokens } = await cluster.createCall(2);
    const [used = "", expired = ""] = tokens;
    await using _alice = await joins(cluster, used);
    await isRefused(await cluster.open({ callToken: used }, 1), "invalid_token", 4401);
    await cluster.connection.db.update(callTokens).set({ expiresAt: sql`now()` }).where(eq(callTokens.callId, callId));
    await isRefused(await cluster.open({ callToken: expired }, 1), "invalid_token", 4401);
    const publicKey = newPublicKey();
    await cluster.connection.db.insert(projects).values({ id: crypto.randomUUID(), name: "other", publicKey });
    const { callTokens: own } = await cluster.createCall();
    await isRefused(await cluster.open({ publicKey, callToken: String(own[0]) }), "invalid_token", 4401);
    await using _bob = await joins(cluster, String(own[0]));
  });

  test("invalid_token, for a room's token, which is named as that; for another project's it is not", async () => {
    const tokenOf = async (projectId: string): Promise<string> => {
      const [id, token] = [crypto.randomUUID(), newCallToken()];
      await cluster.connection.db.insert(rooms).values({ id, projectId });
      const expiresAt = sql`now() + interval '1 minute'`;
      const hash = createHash("sha256").update(token).digest();
      await cluster.connection.db.insert(roomTokens).values({ hash, roomId: id, expiresAt });
      return token;
    };
    await using socket = await cluster.open({ callToken: await tokenOf(cluster.projectId) });
    const message = expect.stringContaining("This is a room token");
    expect(await socket.next("error")).toMatchObject({ code: "invalid_token", message });
    expect(await socket.closed).toMatchObject({ code: 4401 });
    const otherProject = crypto.randomUUID();
    await cluster.connection.db.insert(projects).values({ id: otherProject, name: "other", publicKey: newPublicKey() });
    await isRefused(await cluster.open({ callToken: await tokenOf(otherProject) }), "invalid_token", 4401);
  });

  test("invalid_reconnect, for a wrong token, an unknown peer, an unknown call", async () => {
    const { alice, callId } = await twoPeople(cluster);
    for (const query of [
      { callId, peerId: alice.peerId, reconnectToken: newReconnectToken() },
      { callId, peerId: newPeerId(), reconnectToken: alice.reconnectToken },
      reconnect,
      { callId: "no-uuid", peerId: alice.peerId, reconnectToken: alice.reconnectToken },
    ]) {
      await isRefused(await cluster.open(query), "invalid_reconnect", 4401);
    }
  });

  test("origin_not_allowed, unless the project's list has it or no Origin is sent", async () => {
    const publicKey = newPublicKey();
    const allowedOrigins = ["https://app.example"];
    await cluster.connection.db
      .insert(projects)
      .values({ id: crypto.randomUUID(), name: "strict", publicKey, allowedOrigins });
    const query = { publicKey, callToken: newCallToken() };
    const elsewhere = await cluster.open(query, 0, { origin: "https://evil.example" });
    await isRefused(elsewhere, "origin_not_allowed", 4403);
    await isRefused(await cluster.open(query, 0, { origin: "https://app.example" }), "invalid_token", 4401);
    await isRefused(await cluster.open(query), "invalid_token", 4401);
  });

  test("call_full leaves the token unused; it works when a seat is free", async () => {
    const { callTokens: tokens } = await cluster.createCall(3);
    const [first = "", second = "", third = ""] = tokens;
    await using _alice = await joins(cluster, first);
    const bob = await joins(cluster, second, 1);
    await isRefused(await cluster.open({ callToken: third }, 1), "call_full", 4409);
    bob.says({ type: "leave" });
    await bob.socket.closed;
    await using carol = await joins(cluster, third);
    expect(carol.joined).toMatchObject({ type: "call_joined" });
  });

  test("call_terminated, for a token of a call that has ended", async () => {
    const { callId, callTokens: tokens } = await cluster.createCall();
    await cluster.endCall(callId);
    await isRefused(await cluster.open({ callToken: String(tokens[0]) }), "call_terminated", 4410);
  });
});

describe("On an open socket", () => {
  test("invalid_message names the field; ten in a row close with 4400, a valid one in between resets the count", async () => {
    const { alice, bob } = await twoPeople(cluster);
    const wrong: [object | string | Buffer, string][] = [
      ["{", "The message is not JSON."],
      ["[]", "The message is not a JSON object."],
      [{}, "type: must be a string."],
      [{ type: "signal", signalType: "offer" }, "targetPeerId"],
      [{ type: "signal", targetPeerId: bob.peerId, signalType: "no spaces" }, "signalType"],
      [{ type: "leave", requestId: 7 }, "requestId"],
      [Buffer.from("{}"), "Binary frames are not part of this protocol."],
    ];
    for (const [frame, text] of wrong) {
      alice.says(frame);
      const error = await alice.hears("error");
      expect(error.code).toBe("invalid_message");
      expect(error.message).toContain(text);
    }
    alice.signals(bob, "valid");
    await bob.hears("signal");
    for (let count = 0; count < 9; count++) alice.says("{");
    alice.says({ type: "signal", requestId: "tenth" });
    for (let count = 0; count < 9; count++) await alice.hears("error");
    expect(await alice.hears("error")).toMatchObject({ code: "invalid_message", requestId: "tenth" });
    expect(await alice.socket.closed).toMatchObject({ code: 4400 });
  });

  test("unsupported_message, and the socket stays", async () => {
    const { alice } = await twoPeople(cluster);
    alice.says({ type: "dance", requestId: "r" });
    expect(await alice.hears("error")).toMatchObject({ code: "unsupported_message", requestId: "r" });
    alice.says({ type: "leave" });
    expect(await alice.hears("call_left")).toMatchObject({ reason: "left" });
  });

  test("peer_not_found, for strangers, for oneself, for who has left", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    for (const targetPeerId of [newPeerId(), alice.peerId]) {
      alice.says({ type: "signal", targetPeerId, signalType: "offer", requestId: targetPeerId });
      expect(await alice.hears("error")).toMatchObject({ code: "peer_not_found", requestId: targetPeerId });
    }
    bob.says({ type: "leave" });
    await alice.hears("peer_left");
    alice.says({ type: "signal", targetPeerId: bob.peerId, signalType: "offer", requestId: "gone" });
    expect(await alice.hears("error")).toMatchObject({ code: "peer_not_found", requestId: "gone" });
  });

  test("peer_not_connected, when 64 messages are held, and when the held bytes are at their limit", async () => {
    for (const { size, fits } of [
      { size: 1, fits: 64 },
      { size: 30_000, fits: 3 },
    ]) {
      const { alice, bob } = await twoPeople(cluster, [0, 1]);
      bob.socket.terminate();
      await alice.hears("peer_left");
      for (let number = 0; number <= fits; number++) {
        const payload = { number, text: "x".repeat(size) };
        alice.says({ type: "signal", targetPeerId: bob.peerId, signalType: "offer", requestId: `r${number}`, payload });
      }
      expect(await alice.hears("error")).toMatchObject({ code: "peer_not_connected", requestId: `r${fits}` });
      await using back = await bob.reconnects(0);
      for (let number = 0; number < fits; number++) {
        expect(await back.hears("signal")).toMatchObject({ payload: { number } });
      }
      await alice.socket.close();
    }
  });

  test("rate_limited beyond the burst, and 4429 when it goes on", async () => {
    const { alice, bob } = await twoPeople(cluster);
    // Twice the burst: what the rate adds meanwhile, on however slow a machine, is less.
    for (let number = 0; number < 200; number++) alice.signals(bob, number);
    expect(await alice.hears("error")).toMatchObject({ code: "rate_limited" });
    for (let number = 0; number < 100; number++) expect(await bob.hears("signal")).toMatchObject({ payload: number });
    const flood = setInterval(() => alice.signals(bob, "flood"), 5);
    expect(await alice.socket.closed).toMatchObject({ code: 4429 });
    clearInterval(flood);
    expect(await bob.hears("peer_left")).toMatchObject({ reason: "disconnected" });
  });

  test("message_too_large above 64 KiB; 64 KiB itself passes", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    const frame = (bytes: number): string => {
      const empty = JSON.stringify({ type: "signal", targetPeerId: bob.peerId, signalType: "offer", payload: "" });
      return empty.replace('""', `"${"x".repeat(bytes - empty.length)}"`);
    };
    alice.says(frame(64 * 1024));
    expect(await bob.hears("signal")).toMatchObject({ signalType: "offer" });
    alice.says(frame(64 * 1024 + 1));
    await isRefused(alice.socket, "message_too_large", 1009);
  });

  test("slow_consumer closes the socket that does not read, not the one that sends", async () => {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    bob.socket.webSocket.pause();
    // Far more than may be held for one peer, and within the sender's burst.
    for (let count = 0; count < 50; count++) alice.signals(bob, "x".repeat(60_000));
    expect(await alice.hears("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    bob.socket.webSocket.resume();
    await bob.socket.closed;
    alice.says({ type: "leave" });
    expect(await alice.hears("call_left")).toMatchObject({ reason: "left" });
  });
});

test("internal_error carries a request id and no detail, and closes with 1011", async () => {
  await using broken = await startCluster();
  const { alice, bob } = await twoPeople(broken);
  bob.socket.terminate();
  await alice.hears("peer_left");
  await broken.connection.db.execute(sql`alter table held_signals rename frame to lost_frame`);
  alice.says({ type: "signal", targetPeerId: bob.peerId, signalType: "offer", requestId: "mine" });
  const { message } = ERRORS.internal_error;
  expect(await alice.hears("error")).toEqual({ type: "error", code: "internal_error", message, requestId: "mine" });
  expect(await alice.socket.closed).toMatchObject({ code: 1011 });
});

test("A socket that is silent, not even answering pings, is lost; one that answers stays", async () => {
  await using patient = await startCluster({ env: { PING_INTERVAL_MS: "200", SOCKET_TIMEOUT_MS: "3000" } });
  const { alice, bob } = await twoPeople(patient);
  // Unread is unanswered: `ws` sends its pongs as it reads.
  bob.socket.webSocket.pause();
  expect(await alice.hears("peer_left")).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
  alice.says({ type: "leave" });
  expect(await alice.hears("call_left")).toMatchObject({ reason: "left" });
});

test("A call that nobody is connected to ends when its time is over", async () => {
  await using hasty = await startCluster({ env: { CALL_IDLE_MS: "1000", RECONNECT_WINDOW_MS: "60000" } });
  const { alice, bob } = await twoPeople(hasty);
  await alice.socket.close();
  await bob.socket.close();
  await vi.waitUntil(async () => {
    const [call] = await hasty.connection.db.select().from(calls).where(eq(calls.id, alice.callId));
    return call?.tombstoneReason === "idle";
  }, 60_000);
  const { callId, peerId, reconnectToken } = alice;
  await isRefused(await hasty.open({ callId, peerId, reconnectToken }), "call_terminated", 4410);
});
