import { measurePairs, printRatio } from "./pairs.ts";
import { idleKiB, relayed } from "./relay.ts";
import { bareRelay, signalingNode } from "./servers.ts";

const IDLE_SOCKETS = 1_000;

/** The figures of calls. */
export async function benchCalls(): Promise<void> {
  await relaying();
  await idling();
}

async function relaying(): Promise<void> {
  await using node = await signalingNode();
  await using raw = await bareRelay("raw");
  await using json = await bareRelay("json");
  for (const bare of [raw, json]) {
    const pairs = await measurePairs(
      () => relayed(node),
      () => relayed(bare),
    );
    printRatio("Signals relayed per CPU-second (1.3 kB)", bare.name, pairs);
  }
}

async function idling(): Promise<void> {
  await using node = await signalingNode();
  await using bare = await bareRelay("raw");
  const [ours, limit] = [await idleKiB(node, IDLE_SOCKETS), await idleKiB(bare, IDLE_SOCKETS)];
  console.log(
    `Memory of an idle socket, ${IDLE_SOCKETS} of them: ${ours.toFixed(1)} KiB, bare ws ${limit.toFixed(1)} KiB`,
  );
}
