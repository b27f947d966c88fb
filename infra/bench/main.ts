import { cpus } from "node:os";
import process from "node:process";
import { benchCalls } from "./calls.ts";
import { benchEvents } from "./events.ts";
import { benchFootprint } from "./footprint.ts";
import { benchHistory } from "./history/history.ts";
import { benchJoins } from "./joins/joins.ts";
import { beginPart, finish } from "./report.ts";
import { benchRooms } from "./rooms/rooms.ts";

const USAGE = `The project's figures, each divided by its limit in the same run, A-B-A-B:
pnpm bench [calls] [joins] [events] [rooms] (default: these)
pnpm bench history: what periodic work and requests cost beside millions of ended calls
pnpm bench footprint: memory, start and image of each service before anybody comes
Ends with a table of all figures beside their goals, and writes it as JSON to bench.json, or to $BENCH_JSON.
`;

const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  calls: benchCalls,
  joins: benchJoins,
  events: benchEvents,
  rooms: benchRooms,
  history: benchHistory,
  footprint: benchFootprint,
};

/** Take minutes, and tell costs, not ratios. */
const ONLY_BY_NAME = new Set(["history", "footprint"]);

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in PARTS));
if (names.includes("--help") || names.includes("-h")) process.stdout.write(USAGE);
else if (unknown !== undefined) {
  process.stderr.write(`There is no part ${unknown}.\n\n${USAGE}`);
  process.exitCode = 1;
} else {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}`);
  for (const [name, bench] of Object.entries(PARTS)) {
    if (names.length > 0 ? !names.includes(name) : ONLY_BY_NAME.has(name)) continue;
    console.log(`\n${name}`);
    beginPart(name);
    await bench();
  }
  finish(process.env.BENCH_JSON ?? "bench.json");
}
