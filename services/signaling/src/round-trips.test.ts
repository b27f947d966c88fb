import { type FaultProxy, faultProxy, freshDatabase, type RoundTripRecord } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startCluster } from "./testing/cluster.ts";
import { twoPeople } from "./testing/people.ts";

/** Of a join or a return; neither the confirmation, which nobody waits for, nor what is done in periods. */
const isOfAdmission = (statement: string): boolean =>
  /allowed_origins|^\s*with wanted|'tokens'|insert into "call_peers"/.test(statement);

const MOST = 3;

async function behindProxy(stack: AsyncDisposableStack): Promise<{ proxy: FaultProxy; databaseUrl: string }> {
  const database = new URL(stack.use(await freshDatabase()).url);
  const proxy = stack.use(await faultProxy({ host: database.hostname, port: Number(database.port) }));
  database.host = proxy.host;
  return { proxy, databaseUrl: database.href };
}

test("who joins or returns waits for three round trips to Postgres at most", async () => {
  await using stack = new AsyncDisposableStack();
  const { proxy, databaseUrl } = await behindProxy(stack);
  const cluster = stack.use(await startCluster({ databaseUrl }));
  const { callTokens } = await cluster.createCall();
  const joining = proxy.recordRoundTrips(isOfAdmission);
  await using socket = await cluster.open({ callToken: String(callTokens[0]) });
  await socket.next("call_joined");
  expect(joining.trips.length, describeTrips(joining)).toBeLessThanOrEqual(MOST);
  expect(joining.trips.length).toBeGreaterThan(1);

  const { alice } = await twoPeople(cluster);
  const returning = proxy.recordRoundTrips(isOfAdmission);
  await using _back = await alice.reconnects();
  expect(returning.trips.length, describeTrips(returning)).toBeLessThanOrEqual(MOST);
});

const describeTrips = ({ trips }: RoundTripRecord): string =>
  trips.map((statements) => statements.map((each) => each.trim().slice(0, 60)).join("\n")).join("\n--\n");
