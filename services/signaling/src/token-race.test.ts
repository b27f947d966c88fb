import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";

const USES = 1_000;
const ROUNDS = 20;

test("Of 1,000 concurrent uses of one token over two nodes exactly one wins, 20 times in a row", {
  timeout: 240_000,
}, async () => {
  await using cluster = await startCluster({ nodes: 2 });
  for (let round = 0; round < ROUNDS; round++) {
    const { callTokens } = await cluster.createCall(1);
    const callToken = String(callTokens[0]);
    const outcomes = await Promise.all(
      Array.from({ length: USES }, async (_, index) => {
        // `unavailable` says that a busy machine took too long, and to try again.
        for (;;) {
          const socket = await cluster.open({ callToken }, index % 2);
          const first = await socket.next(undefined, 60_000);
          const outcome = first.type === "error" ? `${String(first.code)} ${(await socket.closed).code}` : first.type;
          socket.terminate();
          if (outcome !== "unavailable 1012") return outcome;
        }
      }),
    );
    const counts = Object.fromEntries(
      [...Map.groupBy(outcomes, (outcome) => outcome)].map(([key, all]) => [key, all.length]),
    );
    expect(counts, `round ${round}`).toEqual({ call_joined: 1, "invalid_token 4401": USES - 1 });
  }
});
