import type { NodeId } from "@radist-tech/protocol";
import type { Homes } from "../home/homes.ts";
import type { Workers } from "../media/workers.ts";
import type { RemoteHomes } from "../relay/remote-homes.ts";
import type { Census } from "./metrics.ts";

/** Counts what is on this node. */
export function census(nodeId: NodeId, homes: Homes, remote: RemoteHomes): Census {
  const count = { rooms: 0, peers: 0, sockets: remote.size, transports: 0, producers: 0, consumers: 0 };
  for (const room of homes) {
    count.rooms++;
    for (const { session } of room.state.peers.values()) {
      count.peers++;
      if (session?.nodeId === nodeId) count.sockets++;
    }
    for (const { producers, consumers } of room.media) {
      count.transports += 2;
      count.producers += producers.size;
      count.consumers += consumers.size;
    }
  }
  return count;
}

/** CPU seconds of each worker. One that dies while it is asked is left out. */
export async function cpu(workers: Workers | undefined): Promise<Map<number, number>> {
  const seconds = new Map<number, number>();
  await Promise.allSettled(
    (workers?.alive ?? []).map(async ({ index, worker }) => {
      const { ru_utime, ru_stime } = await worker.getResourceUsage();
      seconds.set(index, (ru_utime + ru_stime) / 1_000);
    }),
  );
  return seconds;
}
