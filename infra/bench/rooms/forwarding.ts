import { SRTP_SUITE } from "@radist-tech/testkit/media-link";
import { measurePairs, printRatio, printShare } from "../pairs.ts";
import { bareRooms, sfuNode } from "./servers.ts";
import { PEERS, Talk } from "./talk.ts";

/** What the media worker forwards, and what the process beside it costs meanwhile. */
export async function forwarding(worker: string): Promise<void> {
  await using sfu = await sfuNode(worker);
  await using bare = await bareRooms(worker);
  using ours = await Talk.open(sfu);
  using limit = await Talk.open(bare);
  const pairs = await measurePairs(
    () => ours.measure(),
    () => limit.measure(),
  );
  printRatio(
    `Packets forwarded per CPU-second of the media worker (${PEERS} voices, each to all others, ${SRTP_SUITE})`,
    bare.name,
    pairs.map((pair) => ({ ours: pair.ours.perCpuSecond, limit: pair.limit.perCpuSecond })),
    { atLeast: 0.97 },
  );
  const own = pairs.map((pair) => pair.ours);
  printShare(
    "The sfu's own process, of the worker's CPU",
    own.map((each) => each.overhead),
    { atMost: 0.03 },
  );
  // A worker that does not get its core loses packets, and tells of it: then the shares mean little.
  printShare(
    "  The worker's own core meanwhile",
    own.map((each) => each.workerLoad),
  );
  printShare(
    "  Delivered, of what should have been",
    own.map((each) => each.delivered),
  );
}
