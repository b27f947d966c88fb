import { measurePairs, printRatio } from "../pairs.ts";
import { consumersIn, type Formation, type Formed } from "./formation.ts";
import { formByCalls, formBySockets } from "./join-burst.ts";
import { bareRooms, sfuNode } from "./servers.ts";

const ROUNDS = 9;

const FORMATIONS: readonly Formation[] = [
  { peers: 201, producers: 1 },
  { peers: 30, producers: 10 },
  { peers: 100, producers: 100 },
];

/** How fast a room has all its consumers, and, without a goal, all its transports. */
export async function forming(worker: string): Promise<void> {
  await using sfu = await sfuNode(worker);
  await using bare = await bareRooms(worker);
  for (const formation of FORMATIONS) {
    const ours = () => formBySockets(sfu, formation);
    const limit = () => formByCalls(bare.url, formation);
    // What has not run yet is slow at first, on both sides.
    await measurePairs(ours, limit, 1);
    const pairs = await measurePairs(ours, limit, ROUNDS);
    const of = (key: keyof Formed) => pairs.map((pair) => ({ ours: pair.ours[key], limit: pair.limit[key] }));
    const { peers, producers } = formation;
    const what = `${producers} producers, ${consumersIn(formation)} consumers on ${peers} peers`;
    printRatio(`${what}, ms`, bare.name, of("connectingMs"), { atMost: 1.5 });
    printRatio(`  CPU of the process beside the worker meanwhile, ms`, bare.name, of("connectingCpuMs"));
    printRatio(`  Joining before, all ${peers}, ms`, bare.name, of("joiningMs"));
  }
}
