import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startProcess } from "../process.ts";
import { reservePort } from "./reserve-port.ts";

const COUNT = 100;

/** Reserves ports as soon as it is started, and holds them until it is ended. */
const RESERVING = `
  const { reservePort } = await import(${JSON.stringify(join(import.meta.dirname, "reserve-port.ts"))});
  const ports = await Promise.all(Array.from({ length: ${COUNT} }, reservePort));
  console.log("reserved " + JSON.stringify(ports));
  setInterval(() => {}, 1000);`;

async function otherProcess() {
  const args = ["--input-type=module", "--eval", RESERVING];
  const started = await startProcess({ command: process.execPath, args, readyLine: /reserved .*\n/ });
  const ports = JSON.parse(/reserved (.*)\n/.exec(started.output)?.[1] ?? "[]") as number[];
  return { ports, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}

test("processes that reserve ports at the same time get different ones", async () => {
  const [own, a, b, c] = await Promise.all([
    Promise.all(Array.from({ length: COUNT }, reservePort)),
    otherProcess(),
    otherProcess(),
    otherProcess(),
  ]);
  await using _a = a;
  await using _b = b;
  await using _c = c;
  const all = [...own, ...a.ports, ...b.ports, ...c.ports];
  expect(new Set(all).size).toBe(4 * COUNT);
});

test("a reserved port is below those that the system chooses, and can be listened at again and again", async () => {
  const port = await reservePort();
  expect(port).toBeLessThan(32_768);
  for (let round = 0; round < 3; round += 1) {
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    server.close();
    await once(server, "close");
  }
});

test("a port that a program took without asking is passed over", async () => {
  const before = await reservePort();
  const taken = createServer().listen(before + 1, "0.0.0.0");
  await once(taken, "listening");
  const after = await reservePort();
  taken.close();
  expect(after).not.toBe(before + 1);
});
