import { spread } from "../figures.ts";
import type { Platform } from "./planes.ts";

const ROUNDS = 5;
const GOAL = 1.2;

/** How long it takes from the start of all planes until all of them are ready. */
export async function benchRestarts(...platforms: readonly [Platform, Platform]): Promise<void> {
  const sides = platforms.map((platform) => ({ platform, times: [] as number[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const { platform, times } of round % 2 === 0 ? sides : sides.toReversed()) {
      times.push((await platform.restart()).readyMs);
    }
  }
  const [few = 0, many = 0] = sides.map(({ times }) => spread(times).median);
  const missed = many / few > GOAL ? `  over ${GOAL}` : "";
  console.log(
    `\nA restart of everything: ${few.toFixed(0)} ms, beside the history ${many.toFixed(0)} ms; ratio ${(many / few).toFixed(2)}${missed}`,
  );
}
