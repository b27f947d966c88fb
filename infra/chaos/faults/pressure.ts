import type { Caller } from "../load/caller.ts";
import type { Fault, Stage } from "../run/stage.ts";

const REQUESTS = 150;
const SLOW_MS = 300;
const SENDERS = 1_000;
const LEAVING = 10;
/** Work that comes round so rarely that a short window counts it or not. */
const RARE_PER_SECOND = 10;

/** One request to make a call, as a backend sends it that does not try again. */
async function createOnce({ platform }: Stage): Promise<{ status: number; isRetryable: boolean }> {
  const [project] = platform.projects;
  const answer = await fetch(`${platform.pick("api")}/api/v1/projects/${project?.projectId}/calls`, {
    method: "POST",
    headers: { authorization: `Bearer ${project?.secretKey}` },
  });
  const { code } = (await answer.json()) as { code?: string };
  return { status: answer.status, isRetryable: code === "unavailable" && answer.headers.has("retry-after") };
}

/** Both clients of some calls leave. Resolves with the milliseconds that the slowest took. */
async function someLeave({ load }: Stage): Promise<number> {
  const began = performance.now();
  const leaving = load.pairs.splice(0, LEAVING).flatMap(({ callers }) => callers);
  for (const caller of leaving) caller.expectEnd();
  await Promise.all(leaving.map((caller: Caller) => caller.leave()));
  return Math.round(performance.now() - began);
}

/** More work than there is room for. */
export const pressure: readonly Fault[] = [
  {
    name: "slow-postgres",
    what: `each answer of Postgres takes ${SLOW_MS} ms more, ${REQUESTS} requests at once: 200, or 503 with Retry-After`,
    platform: { env: { DATABASE_POOL: "3" } },
    async run(stage) {
      const { platform, load, say, violate, count } = stage;
      const before = load.history.count("admitted");
      platform.servers.path.slow(SLOW_MS);
      say(`${REQUESTS} calls are asked for`);
      const answers = await Promise.all(Array.from({ length: REQUESTS }, () => createOnce(stage)));
      platform.servers.path.slow(0);
      const wrong = answers.filter(({ status, isRetryable }) => status !== 200 && !(status === 503 && isRetryable));
      for (const { status } of wrong) violate({ invariant: "refusals", what: `a request was answered with ${status}` });
      const shed = answers.filter(({ status }) => status === 503).length;
      count("shed", shed);
      if (shed === 0) violate({ invariant: "refusals", what: "nothing was shed: the fault was none" });
      const lost = load.history.count("admitted") - before;
      if (lost > 0) violate({ invariant: "fault", what: `${lost} live sockets were lost` });
    },
  },
  {
    name: "nats-away-many",
    what: `NATS away with ${SENDERS} senders: Postgres sees at most twice its usual transactions, and leaving works`,
    pairs: SENDERS / 2,
    pauses: [2_000, 4_000],
    async run(stage) {
      const { platform, say, last, violate, count } = stage;
      const { path, nats } = platform.servers;
      const transactionsPerSecond = async (): Promise<number> => {
        const [before, began] = [path.transactions, performance.now()];
        await last();
        return (1_000 * (path.transactions - before)) / (performance.now() - began);
      };
      say("the usual load is counted");
      const usual = await transactionsPerSecond();
      count("leave, usual ms", await someLeave(stage));
      say("NATS is killed");
      nats[0]?.signal("SIGKILL");
      const meanwhile = await transactionsPerSecond();
      count("leave, without NATS ms", await someLeave(stage));
      await nats[0]?.start();
      count("transactions/s, usual", Math.round(usual));
      count("without NATS", Math.round(meanwhile));
      if (meanwhile > 2 * usual + RARE_PER_SECOND) {
        violate({
          invariant: "fault",
          what: `${meanwhile.toFixed(0)} transactions a second instead of ${usual.toFixed(0)}`,
        });
      }
    },
  },
  {
    name: "churn",
    what: "calls are made and left over and over: memory and peers are back where they were",
    async run(stage) {
      const { platform, load, say, violate, count, until } = stage;
      const heaps: number[] = [];
      for (let round = 0; round < 6; round++) {
        say(`round ${round + 1} of 6`);
        const stay = load.pairs.length;
        await Promise.all(Array.from({ length: 40 }, () => load.addPair()));
        const leaving = load.pairs.splice(stay).flatMap(({ callers }) => callers);
        for (const caller of leaving) caller.expectEnd();
        const figures = await Promise.all([heap(stage), Promise.all(leaving.map((caller) => caller.leave()))]);
        heaps.push(figures[0], await heap(stage));
      }
      const early = Math.min(...heaps.slice(2, 6));
      const late = Math.min(...heaps.slice(-4));
      count("heap early MB", Math.round(early / 2 ** 20));
      count("heap late MB", Math.round(late / 2 ** 20));
      if (late > 1.5 * early) violate({ invariant: "fault", what: `the heaps grew from ${early} to ${late} bytes` });
      await until("each node counts the peers that are there", async () => {
        const peers = await Promise.all(
          platform.nodesOf("signaling").map(({ url }) => figure(url, "radist_signaling_peers")),
        );
        return peers.reduce((sum, each) => sum + each, 0) === load.callers.length;
      });
    },
  },
];

async function heap({ platform }: Stage): Promise<number> {
  const used = await Promise.all(
    platform.nodesOf("signaling").map(({ url }) => figure(url, "nodejs_heap_size_used_bytes")),
  );
  return used.reduce((sum, each) => sum + each, 0);
}

async function figure(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))].reduce(
    (sum, [, value]) => sum + Number(value),
    0,
  );
}
