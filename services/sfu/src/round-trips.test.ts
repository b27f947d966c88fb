import { faultProxy, freshDatabase } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";

/** Of a join, or of the claim on its room; neither the confirmation, which nobody waits for, nor what is done in periods. */
const isOfAdmission = (statement: string): boolean =>
  /allowed_origins|'isHomeAlive'|'counts'|insert into "room_peers"|insert into "room_media_sites"/.test(statement) &&
  !statement.includes("set unconfirmed_since = null");

test("who joins a room waits for four round trips to Postgres at most, and for two more to claim it", async () => {
  await using stack = new AsyncDisposableStack();
  const database = new URL(stack.use(await freshDatabase()).url);
  const proxy = stack.use(await faultProxy({ host: database.hostname, port: Number(database.port) }));
  database.host = proxy.host;
  const cluster = stack.use(await startCluster({ databaseUrl: database.href }));
  const roomId = await cluster.createRoom();
  for (const most of [6, 4]) {
    const roomToken = await cluster.mintToken(roomId);
    const { trips } = proxy.recordRoundTrips(isOfAdmission);
    const socket = stack.use(await cluster.open({ roomToken }));
    await socket.next("room-joined");
    const sent = trips
      .map((statements) => statements.map((each) => each.trim().slice(0, 60)).join("\n"))
      .join("\n--\n");
    expect(trips.length, sent).toBeLessThanOrEqual(most);
    expect(trips.length, sent).toBeGreaterThan(2);
  }
});
