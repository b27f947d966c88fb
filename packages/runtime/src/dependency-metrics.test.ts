import { inProcessBus } from "@radist-tech/bus";
import { connect, DatabaseUnavailable, query, transact } from "@radist-tech/db";
import { freshDatabase } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { measureDependencies } from "./dependency-metrics.ts";

/** The counts of a histogram's series, by their labels. */
async function counts(registry: Registry, name: string) {
  const text = await registry.getSingleMetricAsString(name);
  return Object.fromEntries(
    [...text.matchAll(/_count\{(.*)\} (\d+)/g)].map(([, labels, count]) => [labels, Number(count)]),
  );
}

test("Answers of the database are measured, errors included, apart from those that did not come.", async () => {
  const registry = new Registry();
  await using database = await freshDatabase();
  await using connection = await connect(database.url);
  {
    using _measuring = measureDependencies(registry);
    await query(connection.db.execute(sql`select 1`));
    await expect(query(connection.db.execute(sql`select 1 / 0`))).rejects.toThrow("Failed query");
    await transact(connection, (tx) => tx.execute(sql`select 1`));
    const slow = transact(connection, (tx) => tx.execute(sql`select pg_sleep(60)`), { deadlineMs: 1 });
    await expect(slow).rejects.toThrow(DatabaseUnavailable);
  }
  await query(connection.db.execute(sql`select 1`));
  expect(await counts(registry, "radist_database_seconds")).toEqual({
    'kind="query",outcome="answered"': 2,
    'kind="transaction",outcome="answered"': 1,
    'kind="transaction",outcome="unavailable"': 1,
  });
});

test("Requests over the bus are measured by how they end.", async () => {
  const registry = new Registry();
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  await using bus = inProcessBus({ logger });
  const ask = (subject: string) =>
    bus.request(subject, new Uint8Array(), { deadlineMs: subject === "silent" ? 1 : 60_000 });
  await bus.respond("here", (data) => data);
  await bus.respond("broken", () => {
    throw new Error("of the test");
  });
  const silence = Promise.withResolvers<Uint8Array>();
  await bus.respond("silent", () => silence.promise);
  using _measuring = measureDependencies(registry);
  await ask("here");
  for (const subject of ["nowhere", "broken", "silent"]) await expect(ask(subject)).rejects.toThrow();
  silence.resolve(new Uint8Array());
  await bus.close();
  await expect(ask("here")).rejects.toThrow();
  expect(await counts(registry, "radist_bus_request_seconds")).toEqual(
    Object.fromEntries(
      ["answered", "no_responders", "failed", "late", "unavailable"].map((outcome) => [`outcome="${outcome}"`, 1]),
    ),
  );
});
