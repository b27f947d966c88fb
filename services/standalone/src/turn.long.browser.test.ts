import { whyNoIsolatedNetworks } from "@radist-tech/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller } from "./testing/caller.ts";
import { iceFailures } from "./testing/ice-failures.ts";
import { type RelayedStage, relayedStage } from "./testing/relayed-stage.ts";
import { RoomUser } from "./testing/room-user.ts";

const WITHIN = { timeout: 120_000, interval: 200 };

const EVERYTHING: string[][] = [];
/** TCP to the platform, whose address ends in 2, and not to the TURN server. */
const UDP = [
  ["-p", "udp"],
  ["-p", "tcp", "-d", "198.18.0.2/255.255.0.255"],
];
const TCP = [["-p", "tcp"]];
const ONLY_443 = [["-p", "tcp", "--dport", "443"]];

/** Two people in a call, one in each network. */
async function twoCallers(stage: RelayedStage) {
  const [{ browser: first }, { browser: second }] = stage.sides;
  const alice = await Caller.at(first, stage.front.url);
  const link = await alice.startsCall();
  const bob = await Caller.at(second, "about:blank");
  await bob.joins(link);
  const close = async () => {
    await Promise.all([alice, bob].map(({ page }) => page.context().close()));
  };
  return { alice, bob, [Symbol.asyncDispose]: close };
}

let stage: RelayedStage;

const restrict = (allowed: string[][]) => Promise.all(stage.sides.map(({ network }) => network.restrict(allowed)));

describe.skipIf(whyNoIsolatedNetworks())("A room", () => {
  beforeAll(async () => {
    stage = await relayedStage();
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test.each([
    ["by TCP where UDP is barred", "tcp", TCP],
    ["through the TURN server by TLS where all but 443 is barred", "udp", ONLY_443],
  ])("is reached %s", async (_how, protocol, allowed) => {
    await restrict(allowed);
    await using stack = new AsyncDisposableStack();
    // With it, a relay reached by TCP may win.
    if (protocol === "udp") stack.use(await stage.startTurn());
    const { roomTokens } = await stage.server.createRoom();
    const [{ browser: one }, { browser: other }] = stage.sides;
    const [first = "", second = ""] = roomTokens;
    const alice = await RoomUser.enters(one, stage, first);
    const bob = await RoomUser.enters(other, stage, second);
    await Promise.all([alice.sees(bob), bob.sees(alice)]);
    const path = `${protocol} ${stage.host}${protocol === "udp" ? " relayed by tls" : ""}`;
    await expect.poll(() => alice.paths(bob), WITHIN).toEqual([path, path]);
    await expect.poll(() => bob.paths(alice), WITHIN).toEqual([path, path]);
    await Promise.all([alice.closes(), bob.closes()]);
  });
});

describe.skipIf(whyNoIsolatedNetworks())("A call between two networks without a route to each other", () => {
  beforeAll(async () => {
    // Credentials that run out while a call goes on.
    stage = await relayedStage(() => ({ TURN_TTL_SECONDS: "10" }));
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test.each([
    ["by UDP where TCP reaches the platform alone", "udp", UDP],
    ["by TCP where UDP is barred", "tcp", TCP],
    ["by TLS where all but 443 is barred", "tls", ONLY_443],
  ])("is relayed %s", async (_how, protocol, allowed) => {
    await restrict(allowed);
    await using _turn = await stage.startTurn();
    await using callers = await twoCallers(stage);
    const { alice, bob } = callers;
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    const path = { local: "relay", remote: "relay", protocol };
    await expect.poll(() => alice.relayedBy(), WITHIN).toEqual(path);
    await expect.poll(() => bob.relayedBy(), WITHIN).toEqual(path);
  });

  test("outlives its credentials, and finds another path by new ones when the TURN server restarts", async () => {
    await restrict(EVERYTHING);
    await using stack = new AsyncDisposableStack();
    const turn = await stage.startTurn();
    const { alice, bob } = stack.use(await twoCallers(stage));
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    const runsOut = await Promise.all([alice.credentialsRunOut(), bob.credentialsRunOut()]);
    await expect.poll(() => Date.now(), WITHIN).toBeGreaterThan(Math.max(...runsOut));
    await Promise.all([alice.marksPath(), bob.marksPath()]);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    const before = await Promise.all([alice.iceSession(), bob.iceSession()]);
    await turn[Symbol.asyncDispose]();
    stack.use(await stage.startTurn());
    await expect.poll(() => alice.iceSession(), WITHIN).not.toBe(before[0]);
    await expect.poll(() => bob.iceSession(), WITHIN).not.toBe(before[1]);
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    expect(await Promise.all([alice.hasMarkedPath(), bob.hasMarkedPath()])).toEqual([true, true]);
  });

  test.each([
    ["the TURN server is gone", undefined, "turn_unreachable"],
    ["the TURN server knows another secret", { TURN_SECRET: "of-another-platform" }, "turn_unauthorized"],
  ])("says that there is no path, and why, where %s", async (_what, more, reason) => {
    await restrict(EVERYTHING);
    await using stack = new AsyncDisposableStack();
    const { [reason]: before = 0 } = await iceFailures(stage.adminUrl);
    if (more) stack.use(await stage.startTurn(more));
    const { alice, bob } = stack.use(await twoCallers(stage));
    await Promise.all([alice, bob].map(({ page }) => page.getByTestId("notice-path").waitFor(WITHIN)));
    expect(await alice.page.evaluate(() => window.radist?.connection.state)).toEqual({
      signaling: "connected",
      media: "failed",
    });
    expect(await bob.framesDecoded()).toBe(0);
    for (const user of [alice, bob]) expect(await user.asksWhy()).toMatchObject({ reason });
    await expect
      .poll(async () => (await iceFailures(stage.adminUrl))[reason], WITHIN)
      .toBeGreaterThanOrEqual(before + 2);
  });
});
