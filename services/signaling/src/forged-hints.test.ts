import { callPeers, calls } from "@radist-tech/db";
import type { CallId, CallSnapshot, Epoch, NodeId, PeerId } from "@radist-tech/protocol";
import {
  type CallNotification,
  type Control,
  type Release,
  Released,
  type SignalHead,
  SUBJECTS,
} from "@radist-tech/protocol/bus";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";
import { type Person, twoPeople } from "./testing/people.ts";

/** Asks a peer's node to let go of it, as the node would on which another socket has claimed it. */
async function forgeRelease(cluster: Cluster, person: Person, callId: string): Promise<Released> {
  const [row] = await cluster.connection.db.select().from(callPeers).where(eq(callPeers.peerId, person.peerId));
  const release: Release = {
    callId: callId as CallId,
    peerId: person.peerId as PeerId,
    epoch: Number(row?.epoch) as Epoch,
    call: person.joined.call as CallSnapshot,
  };
  const subject = SUBJECTS.releases(String(row?.nodeId) as NodeId);
  const answer = await cluster.bus.request(subject, Buffer.from(JSON.stringify(release)), { deadlineMs: 60_000 });
  return Released.parse(JSON.parse(Buffer.from(answer).toString()));
}

test("what the bus says of calls is done only if the database says it, too", async () => {
  await using cluster = await startCluster({ nodes: 2 });
  const { callId, alice, bob } = await twoPeople(cluster, [0, 1]);
  const other = await twoPeople(cluster, [0, 1]);
  const announce = (control: Control): void =>
    cluster.bus.publish(SUBJECTS.control, Buffer.from(JSON.stringify(control)));

  announce({ type: "call_ended", callId, reason: "terminated" });
  announce({ type: "project_deleted", projectId: cluster.projectId });
  expect(await forgeRelease(cluster, bob, callId)).toEqual({ frames: [] });
  expect(await forgeRelease(cluster, bob, other.callId)).toEqual({ frames: [] });
  // Both nodes have by then handled what came before.
  await cluster.endCall(other.callId);
  for (const { socket } of [other.alice, other.bob]) {
    expect(await socket.next("call_left")).toMatchObject({ reason: "terminated" });
  }
  alice.signals(bob, "still here");
  expect(await bob.hears("signal")).toMatchObject({ payload: "still here" });
  bob.signals(alice, "here, too");
  expect(await alice.hears("signal")).toMatchObject({ payload: "here, too" });
  for (const { socket } of [alice, bob]) {
    expect(socket.messages.filter(({ type }) => type === "call_left" || type === "peer_left")).toEqual([]);
  }

  await using back = await bob.reconnects(0);
  expect(await bob.hears("call_left")).toMatchObject({ reason: "superseded" });
  await cluster.endCall(callId);
  for (const { socket } of [alice, back]) {
    expect(await socket.next("call_left")).toMatchObject({ reason: "terminated" });
  }
});

test("what the bus brings for a peer under the id of another call is not delivered", async () => {
  await using cluster = await startCluster();
  const { callId, alice, bob } = await twoPeople(cluster);
  const other = await twoPeople(cluster);
  const [row] = await cluster.connection.db.select().from(callPeers).where(eq(callPeers.peerId, bob.peerId));
  const [nodeId, epoch] = [String(row?.nodeId) as NodeId, Number(row?.epoch) as Epoch];
  const to = bob.peerId as PeerId;
  const otherId = other.callId;

  const head: SignalHead = { callId: otherId, to, epoch, origin: { peerId: to, epoch, count: 1 } };
  const signal = Buffer.from(`${JSON.stringify(head)}\n{"type":"signal","payload":"from another call"}`);
  const answer = await cluster.bus.request(SUBJECTS.signals(nodeId), signal, { deadlineMs: 60_000 });
  expect(Buffer.from(answer).toString()).toBe("not_here");

  const [call] = await cluster.connection.db.select().from(calls).where(eq(calls.id, callId));
  const view = { version: Number(call?.version) + 1, peers: [] };
  const messages: CallNotification["messages"] = [
    { type: "error", code: "internal_error", message: "from another call" },
  ];
  const notification: CallNotification = { callId: otherId, to, epoch, view, messages };
  cluster.bus.publish(SUBJECTS.callEvents(nodeId), Buffer.from(JSON.stringify(notification)));
  // On its way after it.
  expect(await forgeRelease(cluster, bob, callId)).toEqual({ frames: [] });
  alice.signals(bob, "from this call");
  expect(await bob.hears("signal")).toMatchObject({ payload: "from this call" });
  expect(bob.socket.messages.map(({ type }) => type)).toEqual(["call_joined", "signal"]);
});
