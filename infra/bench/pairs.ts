import { type Spread, spread } from "./figures.ts";

/** One measurement of ours and one of the limit, one after the other. */
export interface Pair<Figure> {
  readonly ours: Figure;
  readonly limit: Figure;
}

/** What a ratio, ours by the limit, should be. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number };

const ROUNDS = 5;

/** Measures A-B-A-B: what a machine does beside it meets both. */
export async function measurePairs<Figure>(
  ours: () => Promise<Figure>,
  limit: () => Promise<Figure>,
  rounds = ROUNDS,
): Promise<Pair<Figure>[]> {
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push({ ours: await ours(), limit: await limit() });
  return pairs;
}

/** Prints both figures, and the ratio of each pair. */
export function printRatio(what: string, limitName: string, pairs: readonly Pair<number>[], goal?: Goal): void {
  const [own, bare] = [spread(pairs.map(({ ours }) => ours)), spread(pairs.map(({ limit }) => limit))];
  const ratio = spread(pairs.map(({ ours, limit }) => ours / limit));
  const figures = `${rounded(own.median)}, ${limitName} ${rounded(bare.median)}`;
  const range = `${ratio.median.toFixed(2)} × (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`;
  console.log(`${what}: ${figures}: ${range}${verdict(ratio, goal)}`);
}

/** Prints a share, of 1. */
export function printShare(what: string, shares: readonly number[], goal?: Goal): void {
  const share = spread(shares);
  console.log(
    `${what}: ${percent(share.median)} (${percent(share.min)} to ${percent(share.max)})${verdict(share, goal, percent)}`,
  );
}

function verdict({ median }: Spread, goal: Goal | undefined, text: (figure: number) => string = String): string {
  if (!goal) return "";
  const [isMet, wanted] =
    "atLeast" in goal
      ? [median >= goal.atLeast, `at least ${text(goal.atLeast)}`]
      : [median <= goal.atMost, `at most ${text(goal.atMost)}`];
  return `; goal: ${wanted}, ${isMet ? "met" : "missed"}`;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const rounded = (figure: number): string => Math.round(figure).toLocaleString("en");
