import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { reservePort } from "./machine/reserve-port.ts";
import { startProcess } from "./process.ts";
import { TurnClient } from "./turn-client.ts";
import { ownTurnServer, START_TURN } from "./turn-server.ts";

const SECRET = "the-secret-of-the-test";

/** As the platform makes them. */
function credential(secret: string, expiresInSeconds: number, peer = "peer_0123456789abcdef") {
  const username = `${Math.floor(Date.now() / 1_000) + expiresInSeconds}:${peer}`;
  return { username, password: createHmac("sha1", secret).update(username).digest("base64") };
}

async function start(env: Record<string, string> = {}) {
  const port = await reservePort();
  const server = await ownTurnServer({ TURN_SECRET: SECRET, TURN_PORT: `${port}`, ...env });
  const connect = ({ username, password } = credential(SECRET, 600)) => TurnClient.open(port, username, password);
  return { connect, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("The TURN server relays to public addresses and the media servers, and to no other private, loopback or reserved address.", async () => {
  await using turn = await start({ TURN_ALLOWED_PEERS: "10.1.2.3, 192.168.7.7" });
  using client = await turn.connect();
  expect(await client.allocate()).toEqual(["127.0.0.1", expect.any(Number)]);
  for (const allowed of ["10.1.2.3", "192.168.7.7", "8.8.8.8", "172.15.0.1", "172.32.0.1"]) {
    expect([allowed, await client.permit(allowed)]).toEqual([allowed, undefined]);
  }
  for (const denied of [
    "0.0.0.1",
    "10.1.2.4",
    "100.64.0.1",
    "127.0.0.2",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.0.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "255.255.255.255",
  ]) {
    expect([denied, await client.permit(denied)]).toEqual([denied, 403]);
  }
});

test("Two secrets are accepted while one is rotated, and no others; nothing of them is in the log.", async () => {
  await using turn = await start({ TURN_SECRET: "north-secret,south-secret" });
  const tryWith = async (...how: Parameters<typeof credential>) => {
    using client = await turn.connect(credential(...how));
    return await client.allocate();
  };
  for (const secret of ["north-secret", "south-secret"]) {
    expect(await tryWith(secret, 600)).toEqual(["127.0.0.1", expect.any(Number)]);
  }
  expect(await tryWith("west-secret", 600)).toBe(401);
  expect(await tryWith("north-secret", -5)).toBe(401);
  expect(turn.server.output).not.toMatch(/(?:north|south)-secret/);
});

test("An allocation outlives its credential: it is refreshed, and gets new permissions.", async () => {
  await using turn = await start();
  const short = credential(SECRET, 2);
  using client = await turn.connect(short);
  expect(await client.allocate()).toEqual(["127.0.0.1", expect.any(Number)]);
  await expect
    .poll(() => Date.now(), { timeout: 60_000 })
    .toBeGreaterThan((Number.parseInt(short.username, 10) + 1) * 1_000);
  expect([await client.refresh(), await client.permit("8.8.8.8")]).toEqual([undefined, undefined]);
  using late = await turn.connect(short);
  expect(await late.allocate()).toBe(401);
});

test("One peer has so many allocations and no more, however many credentials it has.", async () => {
  await using turn = await start();
  const answers: unknown[] = [];
  await using stack = new AsyncDisposableStack();
  for (let count = 0; count < 50; count++) {
    answers.push(await stack.use(await turn.connect(credential(SECRET, 600 + count))).allocate());
  }
  expect(answers.filter((answer) => answer === 486)).toHaveLength(2);
  expect(await stack.use(await turn.connect(credential(SECRET, 600, "peer_fedcba9876543210"))).allocate()).toEqual([
    "127.0.0.1",
    expect.any(Number),
  ]);
});

describe("It does not start, and says why,", () => {
  test.each<[string, Record<string, string>, string]>([
    ["without a secret", {}, "TURN_SECRET is missing"],
    [
      "elsewhere than on loopback with the default secret",
      { TURN_SECRET: "insecure-default-for-local-use", TURN_ADDRESS: "192.0.2.1" },
      "loopback only",
    ],
    ["with ports that are none", { TURN_SECRET: "s", TURN_RELAY_PORTS: "many" }, "TURN_RELAY_PORTS"],
  ])("%s", async (_what, env, why) => {
    await using started = await startProcess({ command: "sh", args: [START_TURN], env });
    expect(await started.exited).toBe(1);
    expect(started.output).toContain(why);
  });
});
