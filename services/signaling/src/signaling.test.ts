import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { joins, statuses, twoPeople } from "./testing/people.ts";

describe.each([
  { name: "two nodes on Postgres and NATS", options: { nodes: 2 }, places: [0, 1] as [number, number] },
  { name: "one process on embedded Postgres", options: { embedded: true }, places: [0, 0] as [number, number] },
])("A call on $name", ({ options, places }) => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ ...options, env: { RECONNECT_WINDOW_MS: "5000" } });
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test("both join, and each sees the other", async () => {
    const { callTokens, callId } = await cluster.createCall();
    await using alice = await joins(cluster, String(callTokens[0]), places[0]);
    expect(alice.joined).toMatchObject({ callId, iceServers: [], call: { callId, peers: [{ status: "connected" }] } });
    await using bob = await joins(cluster, String(callTokens[1]), places[1]);
    const heard = await alice.hears("peer_joined");
    expect(heard).toMatchObject({ callId, peerId: bob.peerId });
    expect(statuses(heard)).toEqual({ [alice.peerId]: "connected", [bob.peerId]: "connected" });
  });

  test("a ping is answered on each socket", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    for (const person of [alice, bob]) {
      person.says({ type: "ping", requestId: "r" });
      expect(await person.hears("pong")).toEqual({ type: "pong", requestId: "r" });
      await person.socket.close();
    }
  });

  test("a signal arrives as it was written, in order", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    const payload =
      '{"sdp":"v=0\\r\\n","big":12345678901234567890.10,"nul":"\\u0000","half":"\\ud800","__proto__":{"x":1}}';
    alice.says(`{"type":"signal","targetPeerId":"${bob.peerId}","signalType":"offer","payload":${payload}}`);
    for (let number = 0; number < 100; number++) alice.signals(bob, number, "ice-candidate");
    const offer = await bob.hears("signal");
    expect(offer).toMatchObject({ fromPeerId: alice.peerId, signalType: "offer", callId: alice.callId });
    expect(bob.socket.texts.some((text) => text.includes(`"payload":${payload},"occurredAt"`))).toBe(true);
    for (let number = 0; number < 100; number++) expect(await bob.hears("signal")).toMatchObject({ payload: number });
    await alice.socket.close();
    await bob.socket.close();
  });

  test("a lost peer keeps its seat, its signals are held, and it reconnects", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    bob.socket.terminate();
    const lost = await alice.hears("peer_left");
    expect(lost).toMatchObject({ peerId: bob.peerId, reason: "disconnected" });
    expect(statuses(lost)).toEqual({ [alice.peerId]: "connected", [bob.peerId]: "disconnected" });
    for (let number = 0; number < 10; number++) alice.signals(bob, number);
    alice.says({ type: "signal", targetPeerId: "peer_nobody", signalType: "offer", requestId: "last" });
    expect(await alice.hears("error")).toMatchObject({ code: "peer_not_found", requestId: "last" });
    await using back = await bob.reconnects(places[0]);
    for (let number = 0; number < 10; number++) expect(await back.hears("signal")).toMatchObject({ payload: number });
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(back, "live");
    expect(await back.hears("signal")).toMatchObject({ payload: "live" });
    await alice.socket.close();
  });

  test("a reconnection takes over the socket that is still open", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    await using again = await bob.reconnects(places[0]);
    expect(await bob.hears("call_left")).toMatchObject({ reason: "superseded", peerId: bob.peerId });
    expect(await bob.socket.closed).toMatchObject({ code: 4409 });
    expect(await alice.hears("peer_reconnected")).toMatchObject({ peerId: bob.peerId });
    alice.signals(again, 1);
    expect(await again.hears("signal")).toMatchObject({ payload: 1 });
    expect(alice.socket.messages.filter(({ type }) => type === "peer_left")).toEqual([]);
    await alice.socket.close();
  });

  test("the earlier reconnect token works until the fresh one was used", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    const second = await bob.reconnects(places[1]);
    const third = await bob.reconnects(places[0], bob.reconnectToken);
    await using fourth = await third.reconnects(places[1]);
    expect(fourth.peerId).toBe(bob.peerId);
    for (const stale of [bob.reconnectToken, second.reconnectToken]) {
      const refused = await cluster.open({ callId: bob.callId, peerId: bob.peerId, reconnectToken: stale });
      expect(await refused.next("error")).toMatchObject({ code: "invalid_reconnect" });
      expect(await refused.closed).toMatchObject({ code: 4401 });
    }
    await alice.socket.close();
  });

  test("a peer that leaves is gone at once; the last one to leave ends the call", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    bob.says({ type: "leave", requestId: "bye" });
    expect(await bob.hears("call_left")).toMatchObject({ reason: "left", requestId: "bye", peerId: bob.peerId });
    expect(await bob.socket.closed).toMatchObject({ code: 1000 });
    const heard = await alice.hears("peer_left");
    expect(heard).toMatchObject({ reason: "left", peerId: bob.peerId });
    expect(statuses(heard)).toEqual({ [alice.peerId]: "connected" });
    alice.says({ type: "leave" });
    expect(await alice.hears("call_left")).toMatchObject({ reason: "left" });
    await alice.socket.closed;
    const late = await cluster.open({ callId: bob.callId, peerId: bob.peerId, reconnectToken: bob.reconnectToken });
    expect(await late.next("error")).toMatchObject({ code: "call_terminated" });
    expect(await late.closed).toMatchObject({ code: 4410 });
  });

  test("an expired window frees the seat", async () => {
    const { alice, bob } = await twoPeople(cluster, places);
    bob.socket.terminate();
    await alice.hears("peer_left");
    const expired = await alice.hears("peer_left");
    expect(expired).toMatchObject({ reason: "expired", peerId: bob.peerId });
    expect(statuses(expired)).toEqual({ [alice.peerId]: "connected" });
    await alice.socket.close();
  });

  test("a call that the API ends ends for both peers", async () => {
    const { callId, alice, bob } = await twoPeople(cluster, places);
    await cluster.endCall(callId);
    for (const person of [alice, bob]) {
      expect(await person.hears("call_left")).toMatchObject({ reason: "terminated", peerId: person.peerId });
      expect(await person.socket.closed).toMatchObject({ code: 4410 });
    }
  });
});
