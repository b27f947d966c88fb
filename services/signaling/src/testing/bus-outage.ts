import { pause } from "@radist-tech/protocol/timing";
import { faultProxy, freshDatabase, type OwnServer, ownNats } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";
import { type Person, twoPeople } from "./people.ts";

/** How many signals wait in each direction, as candidates do. */
const SIGNALS = 20;

/** What a short window may count and the other not: a periodic comparison, or chores that a busy machine has delayed. */
const RARE_PER_SECOND = 10;

interface Pair {
  readonly alice: Person;
  readonly bob: Person;
}

interface Outage extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly nats: OwnServer;
  readonly pairs: readonly Pair[];
  /** Transactions of all nodes in a second, over a window of some. */
  transactionsPerSecond(): Promise<number>;
}

export interface BusOutageOptions {
  readonly pairs: number;
  /** Over which transactions are counted, milliseconds: leases, chores and comparisons come round several times in it. */
  readonly windowMs: number;
  /** SIGKILL: connections are refused. SIGSTOP: what is sent is swallowed. */
  readonly by: "SIGKILL" | "SIGSTOP";
}

/** With calls between two nodes and NATS away, Postgres has about as much to do as before, and people can leave. */
export function testBusOutage({ pairs, windowMs, by }: BusOutageOptions): void {
  test(`NATS gone by ${by}: ${pairs} pairs on two nodes do not burden Postgres, and leave at once`, async () => {
    await using outage = await prepare(pairs, windowMs);
    const { nats } = outage;
    const usual = await outage.transactionsPerSecond();
    nats.signal(by);
    for (const { alice, bob } of outage.pairs) {
      sendMany(alice, bob);
      sendMany(bob, alice);
    }
    expect(await outage.transactionsPerSecond()).toBeLessThanOrEqual(2 * usual + RARE_PER_SECOND);
    // With signals before it that nobody takes.
    for (const { alice, bob } of outage.pairs) {
      sendMany(alice, bob);
      alice.says({ type: "leave", requestId: "bye" });
    }
    for (const { alice, bob } of outage.pairs) {
      expect(await alice.hears("call_left")).toMatchObject({ reason: "left", requestId: "bye" });
      // None was dropped in silence.
      expect(alice.socket.messages.filter(({ type }) => type === "error")).toHaveLength(2 * SIGNALS);
      expect(bob.socket.messages.filter(({ type }) => type === "signal")).toEqual([]);
    }
    if (by === "SIGSTOP") nats.signal("SIGCONT");
    else await nats.start();
    for (const { alice, bob } of outage.pairs) {
      expect(await bob.hears("peer_left")).toMatchObject({ peerId: alice.peerId, reason: "left" });
      // So that nothing is left to be stored when the path to the database ends.
      bob.says({ type: "leave" });
      await bob.hears("call_left");
    }
  });
}

function sendMany(from: Person, to: Person): void {
  for (let number = 0; number < SIGNALS; number++) from.signals(to, number, "ice-candidate");
}

async function prepare(count: number, windowMs: number): Promise<Outage> {
  const stack = new AsyncDisposableStack();
  const nats = stack.use(await ownNats());
  const database = stack.use(await freshDatabase());
  const url = new URL(database.url);
  const proxy = stack.use(await faultProxy({ host: url.hostname, port: Number(url.port || 5432) }));
  url.host = proxy.host;
  const cluster = stack.use(await startCluster({ nodes: 2, databaseUrl: url.href, natsUrl: nats.url }));
  const pairs: Pair[] = [];
  for (let number = 0; number < count; number++) {
    const { alice, bob } = await twoPeople(cluster, [0, 1]);
    pairs.push({ alice: stack.use(alice), bob: stack.use(bob) });
  }
  return {
    cluster,
    nats,
    pairs,
    async transactionsPerSecond() {
      const [count, startedAt] = [proxy.transactions, performance.now()];
      await pause(windowMs);
      return (1_000 * (proxy.transactions - count)) / (performance.now() - startedAt);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
