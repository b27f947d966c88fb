import type { Bus } from "@radist-tech/bus";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { UNHURRIED } from "./testing/other-peers.ts";
import { joins } from "./testing/test-peer.ts";

test("One socket that is still being admitted, and one that reads nothing, hold up no other in a drain.", async () => {
  // The homes of rooms do not hear of sockets that ask to be admitted by way of another node.
  const heard = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const busOf = (bus: Bus): Bus => {
    const request = bus.request.bind(bus);
    bus.request = async (subject, ...rest) => {
      if (subject.endsWith(".entries")) {
        asked.resolve();
        await heard.promise;
      }
      return await request(subject, ...rest);
    };
    return bus;
  };
  await using cluster = await startCluster({ nodes: 2, env: { ...UNHURRIED, CHECKPOINT_MS: "600000" }, busOf });
  const elsewhere = await cluster.createRoom();
  await using _host = await joins(cluster, elsewhere, { node: 0 });
  const peers = [];
  for (let room = 0; room < 5; room++) peers.push(await joins(cluster, await cluster.createRoom(), { node: 1 }));
  const [deaf, ...others] = peers;
  deaf?.socket.webSocket.pause();
  await using stuck = await cluster.open({ roomToken: await cluster.mintToken(elsewhere) }, 1);
  await asked.promise;

  let isDrained = false;
  const drained = cluster.nodes[1]?.drain?.().then(() => {
    isDrained = true;
  });
  for (const { socket } of others) {
    expect(await socket.next("error")).toMatchObject({ code: "unavailable" });
    expect(await socket.closed).toMatchObject({ code: 1012 });
  }
  // It is still being admitted, though it has been told, too.
  expect(isDrained).toBe(false);
  expect(await stuck.closed).toMatchObject({ code: 1012 });
  heard.resolve();
  await drained;
});
