import { ownNats } from "@radist-tech/testkit";
import { expect, onTestFinished, test } from "vitest";
import type { Bus } from "./bus.ts";
import { BusUnavailable, DeadlineExceeded } from "./errors.ts";
import { connectNats } from "./nats.ts";
import { eventually, heard, RecordingLogger, text, utf8 } from "./testing.ts";

const SOON = { deadlineMs: 10_000 };
const QUICK_PINGS = 100;

async function connected(url: string, logger = new RecordingLogger()) {
  const bus = await connectNats({ url, name: "bus faults", logger, pingIntervalMs: QUICK_PINGS });
  onTestFinished(() => bus.close());
  const statuses: boolean[] = [];
  bus.onStatus((status) => statuses.push(status));
  return { bus, statuses, logger };
}

const reached = (bus: Bus, status: boolean) => eventually(() => expect(bus.connected).toBe(status));

test("killed and started again: said, refused meanwhile, and everything lives again", async () => {
  await using server = await ownNats();
  const [one, other] = [await connected(server.url), await connected(server.url)];
  const news = heard();
  await other.bus.subscribe("news.*", news.handler);
  await other.bus.respond("echo", (data) => data);
  const gone = await other.bus.subscribe("gone", news.handler);
  await other.bus.respond("mute", () => new Promise<Uint8Array>(() => {}));
  const waiting = one.bus.request("mute", utf8(""), { deadlineMs: 60_000 });
  const failing = expect(waiting).rejects.toThrow(BusUnavailable);

  server.signal("SIGKILL");
  await failing;
  await Promise.all([reached(one.bus, false), reached(other.bus, false)]);
  expect(() => one.bus.publish("news.lost", utf8(""))).toThrow(BusUnavailable);
  await expect(one.bus.request("echo", utf8(""), SOON)).rejects.toThrow(BusUnavailable);
  await other.bus.subscribe("meanwhile", news.handler);
  await gone.unsubscribe();

  await server.stop();
  await server.start();
  await Promise.all([reached(one.bus, true), reached(other.bus, true)]);
  for (const subject of ["gone", "news.again", "meanwhile"]) one.bus.publish(subject, utf8(""));
  await news.count(2);
  expect(news.subjects).toEqual(["news.again", "meanwhile"]);
  expect(text(await one.bus.request("echo", utf8("again"), SOON))).toBe("again");
  expect(one.statuses).toEqual([false, true]);
  expect(other.statuses).toEqual([false, true]);
});

test("frozen: requests end by their deadline, it is found out, and thawing heals", async () => {
  await using server = await ownNats();
  const { bus, statuses } = await connected(server.url);
  await bus.respond("echo", (data) => data);

  server.signal("SIGSTOP");
  const failure: unknown = await bus.request("echo", utf8(""), { deadlineMs: 50 }).catch((error: unknown) => error);
  expect([DeadlineExceeded, BusUnavailable]).toContain((failure as Error).constructor);
  await reached(bus, false);
  expect(() => bus.publish("x", utf8(""))).toThrow(BusUnavailable);

  server.signal("SIGCONT");
  await reached(bus, true);
  expect(text(await bus.request("echo", utf8("thawed"), SOON))).toBe("thawed");
  expect(statuses.slice(0, 2)).toEqual([false, true]);
});

test("frozen under load: what waits for the server is bounded, and it is found out", async () => {
  await using server = await ownNats();
  const { bus } = await connected(server.url);
  server.signal("SIGSTOP");
  const megabyte = new Uint8Array(1024 * 1024);
  const flood = () => {
    for (let n = 0; n < 100; n += 1) bus.publish("flood", megabyte);
  };
  expect(flood).toThrow(BusUnavailable);
  await reached(bus, false);
  server.signal("SIGCONT");
  await reached(bus, true);
  bus.publish("flood", megabyte);
});

test("absent at the start: there all the same, and live once the server is", async () => {
  await using server = await ownNats();
  await server.stop();
  const { bus, statuses, logger } = await connected(server.url);
  expect(bus.connected).toBe(false);
  await logger.includes("keeps trying");
  expect(() => bus.publish("news", utf8(""))).toThrow(BusUnavailable);
  const news = heard();
  await bus.subscribe("news", news.handler);
  await bus.respond("echo", (data) => data);

  await server.start();
  await reached(bus, true);
  expect(statuses).toEqual([true]);
  bus.publish("news", utf8(""));
  await news.count(1);
  expect(text(await bus.request("echo", utf8("here"), SOON))).toBe("here");
});

test("closed while absent: done at once, and it stays closed", async () => {
  await using server = await ownNats();
  await server.stop();
  const { bus, statuses } = await connected(server.url);
  await bus.close();
  await server.start();
  const { bus: witness } = await connected(server.url);
  expect(witness.connected).toBe(true);
  expect(bus.connected).toBe(false);
  expect(statuses).toEqual([]);
});

test("several servers: the one that lives is found", async () => {
  await using dead = await ownNats();
  await using alive = await ownNats();
  await dead.stop();
  const { bus } = await connected(`${dead.url},${alive.url}`);
  await reached(bus, true);
});

test("credentials are in no log line and no error", async () => {
  await using server = await ownNats();
  await server.stop();
  const url = server.url.replace("://", "://alice:s3cret@");
  const { bus, logger } = await connected(url);
  await logger.includes("keeps trying");
  const refused: unknown = await bus.request("x", utf8(""), SOON).catch((error: unknown) => error);
  await server.start();
  await reached(bus, true);
  await logger.includes("is connected");
  expect(`${logger.lines.join("\n")} ${(refused as Error).stack}`).not.toMatch(/alice|s3cret/);
});
