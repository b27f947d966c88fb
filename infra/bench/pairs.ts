import { type Spread, spread } from "./figures.ts";
import { record } from "./report.ts";

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
  const measured = `${rounded(own.median)}, ${limitName} ${rounded(bare.median)}`;
  print(what, measured, { ...spread(pairs.map(({ ours, limit }) => ours / limit)), text: times }, goal);
}

/** Prints a share, of 1. */
export function printShare(what: string, shares: readonly number[], goal?: Goal): void {
  print(what, "", { ...spread(shares), text: percent }, goal);
}

/** Prints a figure that is divided by nothing. */
export function printFigure(what: string, values: readonly number[], unit: string, goal?: Goal): void {
  print(what, "", { ...spread(values), text: (value) => `${rounded(value)} ${unit}`.trim() }, goal);
}

type Value = Spread & { readonly text: (figure: number) => string };

function print(what: string, measured: string, value: Value, goal?: Goal): void {
  const { median, min, max, text } = value;
  const shown = `${text(median)} (${text(min)} to ${text(max)})`;
  const outcome = goal && {
    goal: "atLeast" in goal ? `at least ${text(goal.atLeast)}` : `at most ${text(goal.atMost)}`,
    isMet: "atLeast" in goal ? median >= goal.atLeast : median <= goal.atMost,
  };
  record({ what, measured, value: { median, min, max }, shown, ...outcome });
  const verdict = outcome ? `; goal: ${outcome.goal}, ${outcome.isMet ? "met" : "missed"}` : "";
  console.log(`${what}: ${measured && `${measured}: `}${shown}${verdict}`);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
const rounded = (figure: number): string => Math.round(figure).toLocaleString("en");
