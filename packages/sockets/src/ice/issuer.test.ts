import type { IceServersMessage, PeerId } from "@radist-tech/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type IceHolder, IceIssuer } from "./issuer.ts";
import type { IceSettings } from "./settings.ts";

const HOUR_MS = 3_600_000;
const SETTINGS: IceSettings = {
  STUN_URLS: [],
  TURN_URLS: ["turn:turn.example.com"],
  TURN_SECRET: ["secret"],
  TURN_TTL_SECONDS: 6 * 3_600,
  ICE_SERVERS: [],
};

class Holder implements IceHolder {
  readonly peerId = "peer_0123456789abcdef" as PeerId;
  iceRenewAt = Number.POSITIVE_INFINITY;
  readonly received: IceServersMessage[] = [];

  send(message: IceServersMessage): void {
    this.received.push(message);
  }

  /** When the credentials run out that it was sent, milliseconds since 1970. */
  get expiries(): number[] {
    return this.received.map(({ iceServers }) => Number.parseInt(iceServers[0]?.username ?? "", 10) * 1_000);
  }
}

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

test("Credentials are renewed at half of their lifetime, for as long as the peer is there.", () => {
  const [alice, bob] = [new Holder(), new Holder()];
  const holders = new Set([alice, bob]);
  const issuer = new IceIssuer(SETTINGS, () => holders);
  const start = Date.now();
  issuer.issue(alice);
  vi.advanceTimersByTime(HOUR_MS);
  issuer.issue(bob);
  vi.advanceTimersByTime(2 * HOUR_MS - 60_000);
  expect([alice.expiries, bob.expiries]).toEqual([[], []]);
  vi.advanceTimersByTime(120_000);
  expect([alice.expiries, bob.expiries]).toEqual([[start + 9 * HOUR_MS], []]);
  vi.advanceTimersByTime(HOUR_MS);
  expect([alice.expiries, bob.expiries]).toEqual([[start + 9 * HOUR_MS], [start + 10 * HOUR_MS]]);
  holders.delete(bob);
  vi.advanceTimersByTime(24 * HOUR_MS);
  expect([alice.received.length, bob.received.length]).toEqual([9, 1]);
  issuer.close();
  expect(vi.getTimerCount()).toBe(0);
});

test("No credential runs out before it is renewed, however short its life.", () => {
  for (const TURN_TTL_SECONDS of [2, 3, 7, 60, 901, 86_400]) {
    const holder = new Holder();
    const issuer = new IceIssuer({ ...SETTINGS, TURN_TTL_SECONDS }, () => [holder]);
    issuer.issue(holder);
    let runsOutAt = Date.now() + TURN_TTL_SECONDS * 1_000;
    holder.send = ({ iceServers }) => {
      expect(Date.now()).toBeLessThan(runsOutAt);
      runsOutAt = Number.parseInt(iceServers[0]?.username ?? "", 10) * 1_000;
    };
    vi.advanceTimersByTime(TURN_TTL_SECONDS * 5_000);
    expect(runsOutAt).toBeGreaterThan(Date.now());
    issuer.close();
  }
});

test("Renewals follow the wall clock, which the TURN server compares with.", () => {
  const holder = new Holder();
  const issuer = new IceIssuer(SETTINGS, () => [holder]);
  issuer.issue(holder);
  vi.setSystemTime(Date.now() + 5 * HOUR_MS);
  vi.advanceTimersByTime(60_000);
  expect(holder.received).toHaveLength(1);
  issuer.close();
});

test("Where nothing runs out, nothing is renewed.", () => {
  const issuer = new IceIssuer({ ...SETTINGS, TURN_URLS: [] }, () => []);
  expect(vi.getTimerCount()).toBe(0);
  const holder = new Holder();
  expect(issuer.issue(holder)).toEqual([]);
  expect(holder.iceRenewAt).toBe(Number.POSITIVE_INFINITY);
  issuer.close();
});
