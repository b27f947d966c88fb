import type { OwnServer } from "@radist-tech/testkit";

import type { Fault, Stage } from "../run/stage.ts";

/** A server dies as in a power cut, and is back after a while at the same address. */
async function killed({ say, last }: Stage, name: string, server: OwnServer | undefined): Promise<void> {
  if (!server) throw new Error(`There is no ${name}.`);
  say(`${name} is killed`);
  server.signal("SIGKILL");
  await last();
  say(`${name} starts again`);
  await server.start();
}

/** What the platform depends on goes away. */
export const dependencies: readonly Fault[] = [
  {
    name: "kill-nats",
    what: "kill -9 of the only NATS server, back after a while",
    unready: ["signaling"],
    run: (stage) => killed(stage, "NATS", stage.platform.servers.nats[0]),
  },
  {
    name: "kill-postgres",
    what: "kill -9 of Postgres, back after a while",
    unready: ["api", "signaling"],
    run: (stage) => killed(stage, "Postgres", stage.platform.servers.postgres),
  },
  {
    name: "freeze-postgres",
    what: "Postgres takes connections and answers nothing (SIGSTOP), then goes on",
    unready: ["api", "signaling"],
    async run({ platform, say, last }) {
      say("Postgres is frozen");
      platform.servers.postgres.signal("SIGSTOP");
      await last();
      say("Postgres goes on");
      platform.servers.postgres.signal("SIGCONT");
    },
  },
  {
    name: "swallowed-path",
    what: "all connections to Postgres fall silent at once, as behind a NAT that forgot them; new ones work",
    unready: ["api", "signaling"],
    async run({ platform, say, last }) {
      say("the path swallows packets");
      platform.servers.path.freeze();
      await last();
    },
  },
  {
    name: "lost-commits",
    what: "one COMMIT in three is stored and its answer lost, while clients keep reconnecting",
    async run({ platform, load, random, say, last, count }) {
      const { path } = platform.servers;
      const before = path.lostCommits;
      path.loseCommits(() => random.below(3) === 0);
      for (let round = 0; round < ROUNDS; round++) {
        say(`a third of the clients lose their sockets, ${round + 1} of ${ROUNDS}`);
        for (const caller of load.callers) if (random.below(3) === 0) caller.webSocket?.terminate();
        await last(1 / ROUNDS);
      }
      path.loseCommits(undefined);
      count("lost commits", path.lostCommits - before);
    },
  },
  {
    name: "kill-nats-of-three",
    what: "kill -9 of one of three NATS servers, back after a while",
    platform: { nats: 3 },
    run: (stage) => killed(stage, "one NATS server", stage.random.pick(stage.platform.servers.nats)),
  },
  {
    name: "restart-pgbouncer",
    what: "the PgBouncer before Postgres dies, and is back after a while",
    platform: { hasPooler: true },
    unready: ["api", "signaling"],
    run: (stage) => killed(stage, "PgBouncer", stage.platform.servers.pooler),
  },
  {
    name: "failover",
    what: "Postgres dies for good, its standby is promoted, and the address leads there",
    platform: { hasStandby: true },
    async run({ platform, say, last }) {
      say("Postgres is killed, its standby promoted");
      await platform.servers.failOver();
      await last();
    },
  },
];

const ROUNDS = 4;
