import { whyNoIsolatedNetworks } from "@radist-tech/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asksWhy, Caller } from "./testing/caller.ts";
import { iceFailures } from "./testing/ice-failures.ts";
import { PageUser } from "./testing/page-user.ts";
import { type RelayedStage, relayedStage } from "./testing/relayed-stage.ts";

const WITHIN = { timeout: 120_000, interval: 200 };

const EVERYTHING: string[][] = [];
const TCP = [["-p", "tcp"]];
/** The platform's HTTP and WebSockets, and no media. */
const ONLY_443 = [["-p", "tcp", "--dport", "443"]];

let stage: RelayedStage;

const restrict = (allowed: string[][]) => Promise.all(stage.sides.map(({ network }) => network.restrict(allowed)));

/** Times that a reason was reported since. */
async function reportsOf(reason: string) {
  const { [reason]: before = 0 } = await iceFailures(stage.adminUrl);
  return async () => ((await iceFailures(stage.adminUrl))[reason] ?? 0) - before;
}

describe.skipIf(whyNoIsolatedNetworks())("Without a TURN server", () => {
  beforeAll(async () => {
    stage = await relayedStage((turn) => ({ TURN_URLS: "", STUN_URLS: `stun:${turn}:3478` }));
  });
  afterAll(() => stage[Symbol.asyncDispose]());

  test.each([
    ["UDP is barred", TCP, "udp_blocked"],
    ["there is no route between the networks", EVERYTHING, "no_relay"],
  ])("a call tells both sides, and the platform, that %s", async (_what, allowed, reason) => {
    await restrict(allowed);
    await using stack = new AsyncDisposableStack();
    // It answers STUN as well.
    stack.use(await stage.startTurn());
    const reports = await reportsOf(reason);
    const [{ browser: first }, { browser: second }] = stage.sides;
    const alice = await Caller.at(first, stage.front.url);
    stack.defer(() => alice.page.context().close());
    const bob = await Caller.at(second, "about:blank");
    stack.defer(() => bob.page.context().close());
    await bob.joins(await alice.startsCall());
    expect(await Promise.all([alice.asksWhy(), bob.asksWhy()])).toMatchObject([{ reason }, { reason }]);
    await expect.poll(reports, WITHIN).toBeGreaterThanOrEqual(2);
  });

  test("a room tells its page, and the platform, that the media server cannot be reached", async () => {
    await restrict(ONLY_443);
    await using stack = new AsyncDisposableStack();
    const reports = await reportsOf("server_unreachable");
    const [{ browser }] = stage.sides;
    const user = await PageUser.at(browser, stage.front.url, "Ada");
    const { page } = user;
    stack.defer(() => page.context().close());
    await user.startsRoom();
    const { reason, steps } = await asksWhy(page);
    expect(reason).toBe("server_unreachable");
    expect(steps).toBeGreaterThan(1);
    await expect.poll(reports, WITHIN).toBeGreaterThanOrEqual(1);
    const found = await page.evaluate(() => window.radist?.room.diagnose());
    const [send] = found?.paths ?? [];
    expect(send).toMatchObject({ path: "send", reason: "server_unreachable", selected: undefined });
    expect(send?.candidates.remote.map(({ type }) => type)).toContain("host");
    expect(send?.servers).toMatchObject([{ url: expect.stringMatching(/^stun:/) }]);
  });
});
