import type { AnyMessage } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";

test("A client is told that reports of failures are accepted, which are counted by reason, and limited.", async () => {
  await using cluster = await startCluster();
  const { callTokens } = await cluster.createCall();
  await using client = await cluster.open({ callToken: String(callTokens[0]) });
  const joined: AnyMessage = await client.next("call_joined");
  expect(joined.accepts).toEqual(["ice-failure"]);
  for (const reason of ["turn_unreachable", "of_a_later_release", "turn_unreachable"])
    client.send({ type: "ice-failure", reason, requestId: reason });
  expect(await client.next("error")).toMatchObject({ code: "rate_limited", requestId: "turn_unreachable" });
  const metrics = await (await fetch(`${cluster.nodes[0]?.url}/metrics`)).text();
  const counted = metrics.split("\n").filter((line) => line.startsWith("radist_ice_failures_total{"));
  expect(counted.filter((line) => !line.endsWith(" 0"))).toEqual([
    expect.stringMatching(/reason="turn_unreachable".* 1$/),
    expect.stringMatching(/reason="unknown".* 1$/),
  ]);
  expect(counted.length).toBeGreaterThan(2);
});
