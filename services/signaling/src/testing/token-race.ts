import { backoffMs, pause } from "@radist-tech/protocol/timing";
import { expect } from "vitest";
import { type Cluster, startCluster } from "./cluster.ts";

/** Leases that a thousand sockets at once, on a busy machine, do not outlast. */
const UNHURRIED = { LEASE_MS: "120000", LEASE_RENEW_MS: "20000" };

/** Uses one token so many times at once, over two nodes, in so many rounds. */
export async function raceForToken({ uses, rounds }: { uses: number; rounds: number }): Promise<void> {
  await using cluster = await startCluster({ nodes: 2, env: UNHURRIED });
  for (let round = 0; round < rounds; round++) {
    const { callTokens } = await cluster.createCall(1);
    const callToken = String(callTokens[0]);
    await using winners = new AsyncDisposableStack();
    const outcomes = await Promise.all(
      Array.from({ length: uses }, (_, index) => use(cluster, callToken, index % 2, winners)),
    );
    const counts = Object.fromEntries(
      [...Map.groupBy(outcomes, (outcome) => outcome)].map(([key, all]) => [key, all.length]),
    );
    expect(counts, `round ${round}`).toEqual({ call_joined: 1, "invalid_token 4401": uses - 1 });
  }
}

const BACKOFF = { firstMs: 500, longestMs: 10_000 };

/** What a client is told in the end: it comes back, as the SDK does, for as long as it is told that nobody can say just now. */
async function use(cluster: Cluster, callToken: string, node: number, winners: AsyncDisposableStack): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    const socket = await cluster.open({ callToken }, node);
    const first = await socket.next();
    if (first.type !== "error") {
      // It stays: until a join is confirmed, its token could take the seat of a lost socket.
      winners.use(socket);
      return first.type;
    }
    const { code } = await socket.closed;
    if (first.code !== "unavailable") return `${String(first.code)} ${code}`;
    await pause(backoffMs(attempt, BACKOFF));
  }
}
