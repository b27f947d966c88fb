import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { figure } from "./testing/figure.ts";
import { joins } from "./testing/people.ts";

test("a process whose node id a later one claims closes its sockets, says why, and exits with 1", async () => {
  await using cluster = await startCluster({ processes: true, env: { NODE_ID: "same" } });
  const { callTokens } = await cluster.createCall();
  await using alice = await joins(cluster, String(callTokens[0]));
  await using _later = await cluster.startAnother();
  expect(await alice.socket.closed).toMatchObject({ code: 1012 });
  const { process: earlier } = cluster.nodes[0] ?? {};
  expect(await earlier?.exited).toBe(1);
  expect(earlier?.output).toContain("Give each process a NODE_ID of its own.");
});

test("leaving, and ending a call, fence nobody", async () => {
  await using cluster = await startCluster({ env: { CHECKPOINT_MS: "20" } });
  const { callId, callTokens } = await cluster.createCall(3);
  const alice = await joins(cluster, String(callTokens[0]));
  await using bob = await joins(cluster, String(callTokens[1]));
  alice.says({ type: "leave" });
  await alice.socket.closed;
  await bob.hears("peer_left");
  await using carol = await joins(cluster, String(callTokens[2]));
  await cluster.endCall(callId);
  await Promise.all([bob.socket.closed, carol.socket.closed]);
  expect(await figure(cluster.nodes[0], "radist_signaling_fenced_total")).toBe(0);
});
