import { freshDatabase, ownPgBouncer } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import {
  answerToCreation,
  checksOf,
  createCallAndRoom,
  everyPlaneIsReady,
  joinWith,
  open,
  useEveryPlane,
} from "./testing/every-plane.ts";
import { PLANES, startNodes } from "./testing/nodes.ts";
import { outageLog } from "./testing/outage-log.ts";

test("behind PgBouncer all planes work; while it is away each says once what is wrong, and refuses for now", async () => {
  await using database = await freshDatabase();
  await using pooler = await ownPgBouncer(database.url);
  // The api creates the schema through the pooler.
  await using nodes = await startNodes({ perPlane: 1, databaseUrl: pooler.url });
  await useEveryPlane(nodes);
  const tokens = await createCallAndRoom(nodes);
  const [callToken = "", roomToken = ""] = [tokens.callTokens[0], tokens.roomTokens[0]];
  pooler.signal("SIGKILL");
  for (const plane of PLANES) {
    await expect.poll(() => checksOf(nodes, plane)).toMatchObject({ [`${plane}.database`]: false });
  }
  for (let request = 0; request < 3; request++) {
    expect(await answerToCreation(nodes)).toMatchObject({ status: 503, code: "unavailable", retryAfter: "1" });
    for (const [plane, query] of [
      ["signaling", { callToken }],
      ["sfu", { roomToken }],
    ] as const) {
      await using refused = await open(nodes, plane, query);
      expect(await refused.next("error")).toMatchObject({ code: "unavailable" });
      expect(await refused.closed).toMatchObject({ code: 1012 });
    }
  }
  for (const plane of PLANES) await expect.poll(() => outageLog(nodes, plane).at(-1)).toBe("begins");

  await pooler.start();
  await everyPlaneIsReady(nodes);
  // A refusal for now has used up nothing.
  await joinWith(nodes, tokens);
  for (const plane of PLANES) {
    await expect.poll(() => outageLog(nodes, plane).at(-1)).toBe("is over");
    // On a slow machine there may have been another one.
    const told = outageLog(nodes, plane);
    expect(told).toEqual(told.map((_, index) => (index % 2 === 0 ? "begins" : "is over")));
  }
});
