// pnpm bench: the project's figures, each divided by its limit in the same run, A-B-A-B.
import { cpus } from "node:os";
import process from "node:process";
import { spread } from "./figures.ts";
import { idleKiB, relayed } from "./relay.ts";
import { bareRelay, type Contender, signalingNode } from "./servers.ts";

const ROUNDS = 5;
const IDLE_SOCKETS = 1_000;

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}\n`);
await using node = await signalingNode();
await using raw = await bareRelay("raw");
await using json = await bareRelay("json");
await compare("Signals relayed per CPU-second (1.3 kB)", relayed, raw);
await compare("Signals relayed per CPU-second (1.3 kB)", relayed, json);
await using fresh = await signalingNode();
await using bare = await bareRelay("raw");
const [ours, limit] = [await idleKiB(fresh, IDLE_SOCKETS), await idleKiB(bare, IDLE_SOCKETS)];
console.log(
  `Memory of an idle socket, ${IDLE_SOCKETS} of them: ${ours.toFixed(1)} KiB, bare ws ${limit.toFixed(1)} KiB`,
);

async function compare(
  what: string,
  measure: (contender: Contender) => Promise<number>,
  against: Contender,
): Promise<void> {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push({ ours: await measure(node), limit: await measure(against) });
  const ratio = spread(rounds.map((round) => round.ours / round.limit));
  const figures = [spread(rounds.map((round) => round.ours)), spread(rounds.map((round) => round.limit))];
  const [own, bareFigure] = figures.map(({ median }) => Math.round(median).toLocaleString("en"));
  console.log(
    `${what}: ${own}, ${against.name} ${bareFigure}: ${ratio.median.toFixed(2)} × (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
  );
}
