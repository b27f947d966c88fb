import { check, picturesMove, talk } from "./checks.ts";
import { compose, seats } from "./compose.ts";
import type { PageUser } from "./page-user.ts";

/** Two call each other, then one of the signaling containers is killed. */
export async function tryCall(origin: string, people: readonly [PageUser, PageUser]): Promise<void> {
  const [alice, bob] = people;
  const link = await alice.startsCall(origin);
  const callId = link.split("/").at(-1) ?? "";
  console.log(`  ✓ Alice has started a call: ${link}`);
  await bob.joinsCall(link);
  await picturesMove(people, "Bob has joined");
  await talk(people, "hello", "hello yourself");

  await check("both sockets are known to Postgres", async () => (await seats(callId)).size === 2);
  const before = await seats(callId);
  console.log(`    ${[...before].map(([peerId, nodeId]) => `${peerId} on ${nodeId}`).join(", ")}`);
  const [lost = ""] = before.values();

  await compose("kill", lost);
  console.log(`  ✓ ${lost} is killed`);
  await picturesMove(people, "while the socket is lost");
  await check("both sockets are back, on the node that is left", async () => {
    const now = [...(await seats(callId)).values()];
    return now.length === 2 && !now.includes(lost);
  });
  await talk(people, "still there?", "I am");

  await bob.reloads();
  await picturesMove(people, "Bob has reloaded his page, with one node");

  await compose("up", "--wait", "--no-build", "--no-recreate", lost);
  await check(`${lost} is back behind the gateway`, async () => (await fetch(`${origin}/healthz`)).ok);
  await picturesMove(people, "to the end");
}
