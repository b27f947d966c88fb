import { measurePairs, printRatio } from "../pairs.ts";
import { joins, returns } from "./joining.ts";
import { massReturn } from "./mass-return.ts";
import { minting } from "./minting.ts";
import { bareRedeem, signalingJoins } from "./servers.ts";

/** How sockets get in, one by one and all at once, and how their tokens are minted. */
export async function benchJoins(): Promise<void> {
  await joining();
  await minting();
  await massReturn();
}

async function joining(): Promise<void> {
  await using node = await signalingJoins();
  await using bare = await bareRedeem();
  // What has not run yet is slow at first, on both sides.
  await measurePairs(
    () => joins(node),
    () => joins(bare),
    1,
  );
  for (const [what, ours] of [
    ["Joins", () => joins(node)],
    ["Returns", () => returns(node)],
  ] as const) {
    const pairs = await measurePairs(ours, () => joins(bare));
    const of = (key: "perCpuSecond" | "perSecond") =>
      pairs.map((pair) => ({ ours: pair.ours[key], limit: pair.limit[key] }));
    printRatio(`${what} per CPU-second`, bare.name, of("perCpuSecond"), { atLeast: 0.5 });
    printRatio(`${what} per second`, bare.name, of("perSecond"));
  }
}
