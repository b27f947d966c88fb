import process from "node:process";
import { FAULTS } from "./faults/faults.ts";
import { type Options, readOptions, USAGE } from "./run/options.ts";
import { runAll } from "./run/run-all.ts";
import { table } from "./run/table.ts";

const BROKEN = 1;
const FAILED = 2;

/** @returns the exit code */
async function chaos(options: Options): Promise<number> {
  const unknown = options.only.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined) throw new Error(`There is no fault ${unknown}. See --list.`);
  const faults = FAULTS.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const began = performance.now();
  const say = (what: string): void =>
    console.log(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${what}`);
  console.log(`Seed ${options.seed}, ${faults.length} faults`);
  const outcomes = await runAll(faults, options, say);
  console.log(`\n${table(options.seed, outcomes)}`);
  return outcomes.some(({ violations }) => violations.length > 0) ? BROKEN : 0;
}

const list = (): string => FAULTS.map(({ name, what }) => `${name.padEnd(24)}  ${what}\n`).join("");

try {
  const options = readOptions(process.argv.slice(2));
  if (options.helps) process.stdout.write(USAGE);
  else if (options.lists) process.stdout.write(list());
  else process.exitCode = await chaos(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = FAILED;
}
