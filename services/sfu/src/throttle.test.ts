import { rooms } from "@radist-tech/db";
import { lockTables } from "@radist-tech/db/testing";
import { newCallToken, newPublicKey, newReconnectToken } from "@radist-tech/protocol";
import type { TestSocket } from "@radist-tech/testkit";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Cluster, startCluster } from "./testing/cluster.ts";

/** After the first failure, attempts wait for longer than a test may last, five at a time. */
const env = {
  AUTH_FREE_FAILURES: "0",
  AUTH_FIRST_DELAY_MS: "60000",
  AUTH_MAX_DELAY_MS: "60000",
  AUTH_MAX_WAITING_PER_ADDRESS: "5",
};

const FEATURES = { features: "resume" };

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ env });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const wrongToken = () => ({ roomToken: newCallToken() });
const many = (count: number, query: () => Record<string, string>): Promise<TestSocket[]> =>
  Promise.all(Array.from({ length: count }, () => cluster.open(query())));

async function outcome(socket: TestSocket): Promise<string> {
  const { code } = await socket.next("error");
  return `${String(code)} ${(await socket.closed).code}`;
}

test("beside floods of what is wrong, who has a token joins and resumes, from the same address", async () => {
  const roomId = await cluster.createRoom();
  const [roomToken, otherToken] = [await cluster.mintToken(roomId), await cluster.mintToken(roomId)];
  const early = await cluster.open({ roomToken, ...FEATURES });
  const { peerId, resumeToken } = (await early.next("room-joined")) as unknown as Record<string, string>;

  // The room's lock is neither waited for nor held.
  const wrongResume = () => ({ roomId, peerId: String(peerId), resumeToken: newReconnectToken() });
  await cluster.connection.db.transaction(async (tx) => {
    await tx.select({ id: rooms.id }).from(rooms).where(eq(rooms.id, roomId)).for("update");
    expect(await outcome(await cluster.open(wrongResume()))).toBe("invalid_reconnect 4401");
  });

  // Those who may wait.
  await many(5, wrongToken);
  const flood = [
    ...(await many(10, wrongToken)),
    ...(await many(10, wrongResume)),
    ...(await many(10, () => ({ publicKey: newPublicKey(), ...wrongToken() }))),
  ];
  const honest = await cluster.open({ roomToken: otherToken });
  expect(await honest.next()).toMatchObject({ type: "room-joined" });
  early.terminate();
  const resuming = await cluster.open({
    roomId,
    peerId: String(peerId),
    resumeToken: String(resumeToken),
    ...FEATURES,
  });
  expect(await resuming.next()).toMatchObject({ type: "room-resumed" });
  for (const socket of flood) expect(await outcome(socket)).toBe("too_many_failures 4429");

  // Whatever their number, they are one query at a time.
  await using locked = await lockTables(cluster.connection, "room_tokens");
  const more = await many(50, wrongToken);
  const ofTokens = 'inner join "rooms"';
  while ((await locked.waiting(ofTokens)) === 0);
  expect(await locked.waiting(ofTokens)).toBe(1);
  await locked[Symbol.asyncDispose]();
  await Promise.all(more.map((socket) => socket.closed));
});
