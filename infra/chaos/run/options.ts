import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

export interface Options {
  readonly seed: number;
  readonly only: readonly string[];
  readonly seconds: number;
  readonly pairs: number;
  readonly lists: boolean;
  readonly helps: boolean;
}

export const USAGE = `Breaks the platform under load, and checks what its clients saw: npm run chaos

npm run chaos -- [options]

  --list          the faults, and what each does
  --only NAME     this fault alone; may be given several times
  --seed NUMBER   repeats the choices of an earlier run (default: another one each time)
  --seconds N     how long each fault lasts (default 8)
  --pairs N       how many calls go on meanwhile, with two clients each (default 30)

It starts Postgres, NATS and all services as processes of their own, and prints a table: which invariants held, and counts.
The exit code is 1 when one was broken, 2 when the run itself failed.
`;

const LARGEST_SEED = 2 ** 31;

/** @throws Error that names what is wrong with the arguments */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      list: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
      only: { type: "string", multiple: true, default: [] },
      seed: { type: "string" },
      seconds: { type: "string", default: "8" },
      pairs: { type: "string", default: "30" },
    },
  });
  return {
    only: values.only,
    lists: values.list,
    helps: values.help,
    seed: values.seed === undefined ? randomInt(LARGEST_SEED) : number("--seed", values.seed, 0, LARGEST_SEED),
    seconds: number("--seconds", values.seconds, 1, 3_600),
    pairs: number("--pairs", values.pairs, 1, 5_000),
  };
}

function number(name: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new Error(`${name} must be a whole number between ${min} and ${max}.`);
}
