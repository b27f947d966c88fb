import { setTimeout as sleep } from "node:timers/promises";
import type { PageUser } from "./page-user.ts";

const PATIENCE_MS = 60_000;

/** Asks until it holds. */
export async function check(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`Does not hold: ${what}.`);
    await sleep(200);
  }
  console.log(`  ✓ ${what}`);
}

/** Both decode new frames of each other. */
export async function picturesMove(people: readonly PageUser[], when: string): Promise<void> {
  for (const person of people) {
    const from = await person.framesDecoded();
    await check(
      `${person.name} sees the other move (${when})`,
      async () => (await person.framesDecoded()) >= from + 10,
    );
  }
}

export async function talk([asks, answers]: readonly [PageUser, PageUser], question: string, answer: string) {
  await asks.writes(question);
  await answers.reads(question);
  await answers.writes(answer);
  await asks.reads(answer);
  console.log(`  ✓ "${question}" and "${answer}" have arrived`);
}
