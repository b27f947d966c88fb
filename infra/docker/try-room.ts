import { check, picturesMove, talk } from "./checks.ts";
import { compose, homeOf } from "./compose.ts";
import type { PageUser } from "./page-user.ts";

/** Two meet in a room, then the sfu container that is its home is killed. */
export async function tryRoom(origin: string, people: readonly [PageUser, PageUser]): Promise<void> {
  const [alice, bob] = people;
  const link = await alice.startsRoom(origin);
  const roomId = link.split("/").at(-1) ?? "";
  console.log(`  ✓ Alice has started a room: ${link}`);
  await bob.joinsRoom(link);
  await picturesMove(people, "Bob has joined");
  await talk(people, "hello, all", "hello yourself");

  const lost = await homeOf(roomId);
  await compose("kill", lost);
  console.log(`  ✓ ${lost}, the room's home, is killed`);
  await check("the room has another home", async () => ![lost, ""].includes(await homeOf(roomId)));
  console.log(`    ${await homeOf(roomId)}`);
  await picturesMove(people, "in the room's new home");
  await talk(people, "still there?", "I am");

  await compose("up", "--wait", "--no-build", "--no-recreate", lost);
  await check(`${lost} is back behind the gateway`, async () => (await fetch(`${origin}/healthz`)).ok);
  await picturesMove(people, "to the end");
}
