import { query, usageSessions } from "@radist-tech/db";
import { and, inArray, isNull } from "drizzle-orm";
import { checkViews } from "../history/views.ts";
import { Rooms } from "../load/rooms.ts";
import type { Fault, Stage } from "../run/stage.ts";

const ROOMS = 6;
const PEOPLE = 4;
const PLATFORM = { nodes: { sfu: 2 } };

/** Breaks something while people are in rooms, and checks that they are in them afterwards, seen by all alike. */
function inRooms(name: string, what: string, breaks: (stage: Stage) => Promise<void>): Fault {
  return {
    name,
    what,
    platform: PLATFORM,
    async run(stage) {
      const { platform, say, until, violate, count, wait } = stage;
      await using rooms = await Rooms.start(platform, ROOMS, PEOPLE);
      await breaks(stage);
      say("recovery of the rooms");
      await until("everybody is back in the rooms", () => rooms.areComplete);
      let broken = checkViews(await rooms.views());
      for (let tries = 0; broken.length > 0 && tries < 60; tries++) {
        await wait(1);
        broken = checkViews(await rooms.views());
      }
      for (const violation of broken) violate(violation);
      for (const ending of rooms.endings) violate({ invariant: "calls", what: `somebody's room ended: ${ending}` });
      await rooms.leave();
      count("in rooms", ROOMS * PEOPLE);
      await using connection = await platform.lookInto();
      const ofThese = and(inArray(usageSessions.subjectId, [...rooms.ids]), isNull(usageSessions.closedAt));
      await until("no usage session of the rooms is open", async () => {
        return (await query(connection.db.$count(usageSessions, ofThese))) === 0;
      });
    },
  };
}

/** What breaks while there are rooms. */
export const rooms: readonly Fault[] = [
  inRooms("kill-sfu", "kill -9 of one of two sfu nodes with rooms, back after a while", async (stage) => {
    const { platform, random, say, last } = stage;
    const node = random.pick(platform.nodesOf("sfu"));
    say(`${node.name} is killed`);
    await node.kill();
    await last();
    await node.start();
  }),
  inRooms(
    "drain-sfu",
    "SIGTERM of one of two sfu nodes with rooms: it exits with 0, and the rooms go on",
    async (stage) => {
      const { platform, random, say, violate } = stage;
      const node = random.pick(platform.nodesOf("sfu"));
      say(`${node.name} gets SIGTERM`);
      const code = await node.terminate();
      if (code !== 0) violate({ invariant: "fault", what: `${node.name} exited with ${code}: ${node.lastWords}` });
      await node.start();
    },
  ),
  inRooms("rooms-without-nats", "NATS dies while there are rooms on both sfu nodes, and is back", async (stage) => {
    const { platform, say, last } = stage;
    const [nats] = platform.servers.nats;
    say("NATS is killed");
    nats?.signal("SIGKILL");
    await last();
    await nats?.start();
  }),
  inRooms("rooms-without-postgres", "Postgres dies while there are rooms, and is back", async (stage) => {
    const { platform, say, last } = stage;
    say("Postgres is killed");
    platform.servers.postgres.signal("SIGKILL");
    await last();
    await platform.servers.postgres.start();
  }),
];
