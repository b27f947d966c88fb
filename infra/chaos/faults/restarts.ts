import { pause } from "@radist-tech/protocol/timing";
import { PLANES } from "../platform/nodes.ts";
import type { Fault, Stage } from "../run/stage.ts";

const BETWEEN_JOINS_MS = 400;

/** New calls without a pause, until the work is done; one that cannot be made is a violation. */
async function underJoins({ load, violate, count }: Stage, work: () => Promise<void>): Promise<void> {
  const over = new AbortController();
  const joining: Promise<void>[] = [];
  const join = async (): Promise<void> => {
    try {
      await load.addPair();
    } catch (error) {
      violate({ invariant: "calls", what: `a new call failed: ${String(error)}` });
    }
  };
  const storm = (async () => {
    do joining.push(join());
    while (await pause(BETWEEN_JOINS_MS, over.signal));
  })();
  try {
    await work();
  } finally {
    over.abort();
    await storm;
  }
  await Promise.all(joining);
  count("joined meanwhile", joining.length);
}

/** @param between what happens between its end and the next process in its place */
async function drainOne(
  { platform, random, say, violate }: Stage,
  between = async (): Promise<void> => {},
): Promise<void> {
  const node = random.pick(platform.nodesOf("signaling"));
  say(`${node.name} gets SIGTERM`);
  const code = await node.terminate();
  if (code !== 0) violate({ invariant: "fault", what: `${node.name} exited with ${code}: ${node.lastWords}` });
  await between();
  say(`${node.name} starts again`);
  await node.start();
}

/** Processes that are stopped on purpose. */
export const restarts: readonly Fault[] = [
  {
    name: "drain",
    what: "SIGTERM of a signaling node while new calls keep coming: it exits with 0, nobody is turned away",
    run: (stage) => underJoins(stage, () => drainOne(stage)),
  },
  {
    name: "drain-without-nats",
    what: "SIGTERM of a signaling node while NATS is down: it exits with 0",
    async run(stage) {
      const [nats] = stage.platform.servers.nats;
      if (!nats) throw new Error("There is no NATS.");
      nats.signal("SIGKILL");
      await drainOne(stage, () => nats.start());
    },
  },
  {
    name: "rolling-restart",
    what: "every service, NATS and Postgres are restarted one after the other under steady calls: none fails",
    async run({ platform, say, violate, wait }) {
      for (const node of PLANES.flatMap((plane) => platform.nodesOf(plane))) {
        say(`${node.name} is restarted`);
        const code = await node.terminate();
        if (code !== 0) violate({ invariant: "fault", what: `${node.name} exited with ${code}: ${node.lastWords}` });
        await node.start();
        // An orchestrator goes on when the new process is ready, and load balancers have seen it.
        await wait(1);
      }
      const { nats, postgres } = platform.servers;
      for (const server of [...nats, postgres]) {
        say(`${server === postgres ? "Postgres" : "NATS"} is restarted`);
        await server.stop();
        await server.start();
      }
    },
  },
];
