// Tries the running stack as people would: two Chromium pages call each other through the gateway, then one of the
// signaling containers is killed.
//
//   docker compose up --build --wait && pnpm try:compose
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { launchBrowser } from "../../packages/testkit/src/browser.ts";
import { compose, gatewayOrigin, seats } from "./compose.ts";
import { Person } from "./person.ts";

const PATIENCE_MS = 60_000;

const origin = await gatewayOrigin();
await using browser = await launchBrowser();
const alice = await Person.sitsDown(browser, "Alice");
const bob = await Person.sitsDown(browser, "Bob");

try {
  await check(`${origin}/healthz answers`, async () => (await fetch(`${origin}/healthz`)).ok);

  const link = await alice.startsCall(origin);
  const callId = link.split("/").at(-1) ?? "";
  console.log(`  ✓ Alice has started a call: ${link}`);
  await bob.joins(link);
  await picturesMove("Bob has joined");
  await talk("hello", "hello yourself");

  await check("both sockets are known to Postgres", async () => (await seats(callId)).size === 2);
  const before = await seats(callId);
  console.log(`    ${[...before].map(([peerId, nodeId]) => `${peerId} on ${nodeId}`).join(", ")}`);
  const [lost = ""] = before.values();

  await compose("kill", lost);
  console.log(`  ✓ ${lost} is killed`);
  await picturesMove("while the socket is lost");
  await check("both sockets are back, on the node that is left", async () => {
    const now = [...(await seats(callId)).values()];
    return now.length === 2 && !now.includes(lost);
  });
  await talk("still there?", "I am");

  await bob.reloads();
  await picturesMove("Bob has reloaded his page, with one node");

  await compose("up", "--wait", "--no-build", "--no-recreate", lost);
  await check(`${lost} is back behind the gateway`, async () => (await fetch(`${origin}/healthz`)).ok);
  await picturesMove("to the end");
  console.log("Everything works.");
} catch (error) {
  for (const person of [alice, bob]) console.error(`\n${person.name} sees:\n${await person.sees()}`);
  console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exitCode = 1;
}

/** Asks until it holds. */
async function check(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Does not hold: ${what}.`);
    await sleep(200);
  }
  console.log(`  ✓ ${what}`);
}

/** Both decode new frames of each other. */
async function picturesMove(when: string): Promise<void> {
  for (const person of [alice, bob]) {
    const from = await person.framesDecoded();
    await check(
      `${person.name} sees the other move (${when})`,
      async () => (await person.framesDecoded()) >= from + 10,
    );
  }
}

async function talk(question: string, answer: string): Promise<void> {
  await alice.writes(question);
  await bob.reads(question);
  await bob.writes(answer);
  await alice.reads(answer);
  console.log(`  ✓ "${question}" and "${answer}" have arrived`);
}
