import { existsSync } from "node:fs";
import { connect } from "@nats-io/transport-node";
import postgres from "postgres";
import { expect, test } from "vitest";
import { isAlive } from "./machine/families.ts";
import { ownNats, ownNatsCluster, ownPostgres } from "./own-servers.ts";
import type { OwnServer } from "./servers/own-server.ts";
import { sharedNatsUrl, sharedPostgresUrl } from "./shared-servers.ts";

/** With a server that runs: in that time one that is only slow would answer once. */
const EXCHANGES = 50;

test("Postgres keeps what was committed before a kill, and serves at the same address after it", async () => {
  await using server = await ownPostgres();
  const before = postgres(server.url, { max: 1, onnotice: () => {} });
  await before`create table calls (id int)`;
  await before`insert into calls values (7)`;
  const { pid, url } = server;
  server.signal("SIGKILL");
  await expect(before`select 1`).rejects.toThrow();
  await before.end({ timeout: 1 });

  await server.start();
  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  expect(isAlive(pid)).toBe(false);
  const after = postgres(server.url, { max: 1 });
  expect(await after`select id from calls`).toEqual([{ id: 7 }]);
  await after.end();
});

test("a frozen Postgres answers nobody until it goes on", async () => {
  await using server = await ownPostgres();
  const sql = postgres(server.url, { max: 1 });
  await sql`select 1`;
  server.signal("SIGSTOP");
  const order: string[] = [];
  const answer = sql`select 2 as answer`.then((rows) => {
    order.push("answered");
    return rows;
  });
  const running = postgres(sharedPostgresUrl(), { max: 1 });
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1) await running`select 1`;
  order.push("resumed");
  server.signal("SIGCONT");
  expect(await answer).toEqual([{ answer: 2 }]);
  expect(order).toEqual(["resumed", "answered"]);
  await Promise.all([sql.end(), running.end()]);
});

test("Postgres stops and starts again, any number of times", async () => {
  await using server = await ownPostgres();
  for (let round = 0; round < 3; round += 1) {
    await server.stop();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    await server.start();
  }
});

test("a frozen NATS server answers nobody until it goes on", async () => {
  await using server = await ownNats();
  const connection = await connect({ servers: server.url });
  server.signal("SIGSTOP");
  const order: string[] = [];
  const answer = connection.flush().then(() => order.push("answered"));
  const running = await connect({ servers: sharedNatsUrl() });
  for (let exchange = 0; exchange < EXCHANGES; exchange += 1) await running.flush();
  order.push("resumed");
  server.signal("SIGCONT");
  await answer;
  expect(order).toEqual(["resumed", "answered"]);
  await Promise.all([connection.close(), running.close()]);
});

test("a killed NATS server is back at the same address", async () => {
  await using server = await ownNats();
  const connection = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 });
  const states = connection.status();
  server.signal("SIGKILL");
  await server.start();
  for await (const { type } of states) if (type === "reconnect") break;
  await connection.flush();
  await connection.close();
});

test("what is said to one server of a cluster is heard at another, also when the third is gone", async () => {
  await using cluster = await ownNatsCluster(3);
  const [first, second, third] = cluster.servers as [OwnServer, OwnServer, OwnServer];
  third.signal("SIGKILL");
  const [here, there] = await Promise.all([connect({ servers: first.url }), connect({ servers: second.url })]);
  const heard = there.subscribe("news", { max: 1 });
  await there.flush();
  // The servers tell each other of subscriptions in their own time.
  const news = setInterval(() => here.publish("news", "hello"), 20);
  for await (const message of heard) expect(message.string()).toBe("hello");
  clearInterval(news);
  await Promise.all([here.close(), there.close()]);
});

test("disposal leaves neither process nor files, even of a frozen server", async () => {
  const server = await ownPostgres();
  const directory = (await settingOf(server.url, "data_directory")) ?? "";
  expect(existsSync(directory)).toBe(true);
  server.signal("SIGSTOP");
  await server[Symbol.asyncDispose]();
  expect(isAlive(server.pid)).toBe(false);
  expect(existsSync(directory)).toBe(false);
});

async function settingOf(url: string, name: string): Promise<string | undefined> {
  const sql = postgres(url, { max: 1 });
  const [row] = await sql<{ setting: string }[]>`select current_setting(${name}) as setting`;
  await sql.end();
  return row?.setting;
}
