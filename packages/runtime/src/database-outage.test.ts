import { connect, DatabaseUnavailable, isUnavailable, outageAdvice, query } from "@radist-tech/db";
import { ownPostgres, reservePort } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { afterEach, expect, test, vi } from "vitest";
import { logAvailable, logOutage, logUnavailable } from "./database-outage.ts";
import { DatabaseProbe } from "./database-probe.ts";
import { createLogger, type Logger } from "./logger.ts";

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly what?: string;
}

afterEach(() => vi.useRealTimers());

/** A logger, and what it has written at `info` and above. */
function recording(): { logger: Logger; lines: Line[] } {
  const lines: Line[] = [];
  const write = (line: string): void => void lines.push(JSON.parse(line) as Line);
  return { logger: createLogger({ name: "test", level: "info" }, { write }), lines };
}

const errorOf = async (url: string): Promise<unknown> => {
  await using connection = await connect(url, { maxConnections: 1 });
  return await query(connection.db.execute(sql`select * from nodes`)).catch((error: unknown) => error);
};

test("of an outage that many notice the log says once what is wrong and what to do, and once that it is over", async () => {
  const { logger, lines } = recording();
  await using server = await ownPostgres();
  await using connection = await connect(server.url, { maxConnections: 1 });
  await connection.migrate();
  await using probe = new DatabaseProbe(connection, logger);
  expect(await probe.isUp()).toBe(true);
  await server.stop();
  await expect(probe.isUp()).rejects.toSatisfy(isUnavailable);
  for (let time = 0; time < 10; time++) logUnavailable(logger, await errorOf(server.url), `request ${time}`);
  await expect.poll(() => lines.at(-1)?.level).toBe("error");
  await server.start();
  await expect.poll(() => lines.at(-1)).toMatchObject({ level: "info", msg: "The database is available again." });
  // What fails before the probe does is a warning.
  expect(lines.filter(({ level }) => level !== "warn")).toEqual([
    expect.objectContaining({ level: "error", msg: expect.stringMatching(/^The database is unavailable\. ./) }),
    expect.objectContaining({ level: "info" }),
  ]);
  expect(lines.length).toBeLessThanOrEqual(3);
});

test("what is not answered while the probe finds the database available is no outage: a warning, once a minute", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { logger, lines } = recording();
  const slow = new DatabaseUnavailable("The database did not answer within 5000 ms.");
  const said = () => lines.splice(0).map(({ level, msg }) => `${level}: ${msg.slice(0, msg.indexOf(".") + 1)}`);
  const failing = (): void => {
    for (let time = 0; time < 10; time++) {
      logAvailable(logger);
      logUnavailable(logger, slow, "a request could not be answered");
    }
  };
  failing();
  expect(said()).toEqual(["warn: The database did not answer a request, and was available a moment ago."]);
  vi.advanceTimersByTime(59_999);
  failing();
  expect(said()).toEqual([]);
  vi.advanceTimersByTime(1);
  failing();
  expect(said()).toHaveLength(1);
  logOutage(logger, slow, "the database was probed");
  logUnavailable(logger, slow, "a request could not be answered");
  logAvailable(logger);
  expect(said()).toEqual(["error: The database is unavailable.", "info: The database is available again."]);
});

test("what a refusal means is said in words: a user, a database and a schema that are not there, and a standby", async () => {
  await using server = await ownPostgres();
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(server.url);
    change(url);
    return url.href;
  };
  const said = async (url: string): Promise<string | undefined> => {
    const { logger, lines } = recording();
    const error = await errorOf(url);
    expect(error).toSatisfy(isUnavailable);
    logUnavailable(logger, error, "test");
    return lines[0]?.msg;
  };
  expect(await said(changed((url) => (url.username = "nobody")))).toContain("refuses the user or the password");
  expect(await said(changed((url) => (url.pathname = "/elsewhere")))).toContain("There is no such database");
  expect(await said(server.url)).toContain("Start the api, which creates it");
  const closed = await reservePort();
  expect(await said(changed((url) => (url.port = String(closed))))).toContain("Nothing accepts connections there");
  expect(await said(changed((url) => (url.hostname = "database.invalid")))).toContain("cannot be resolved");

  await using connection = await connect(server.url, { maxConnections: 1 });
  await connection.migrate();
  await query(connection.db.execute(sql`alter system set default_transaction_read_only = on`));
  await query(connection.db.execute(sql`select pg_reload_conf()`));
  await using probe = new DatabaseProbe(connection, recording().logger);
  await expect.poll(() => probe.isUp().then(() => "", outageAdvice)).toContain("takes no writes");
});
