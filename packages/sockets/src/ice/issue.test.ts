import type { PeerId } from "@radist-tech/protocol";
import { describe, expect, test } from "vitest";
import { issueIceServers } from "./issue.ts";
import type { IceSettings } from "./settings.ts";

const NOW = Date.UTC(2023, 10, 14, 22, 13, 20);
const ALICE = "peer_0123456789abcdef" as PeerId;
const BOB = "peer_fedcba9876543210" as PeerId;
const NONE: IceSettings = { STUN_URLS: [], TURN_URLS: [], TURN_SECRET: [], TURN_TTL_SECONDS: 21_600, ICE_SERVERS: [] };
const STUN = ["stun:stun.example.com"];
const TURN = ["turn:turn.example.com?transport=udp", "turns:turn.example.com:443?transport=tcp"];
const FIXED = [{ urls: "turn:elsewhere.example.com", username: "u", credential: "c" }];

/** By `printf %s "$username" | openssl dgst -sha1 -hmac north -binary | base64`. */
const BY_OPENSSL = { username: `1700021600:${ALICE}`, credential: "hzIDkexiJ0bMf/EHvE2ltcaMfvE=" };

const issue = (settings: Partial<IceSettings>, peerId = ALICE, now = NOW) =>
  issueIceServers({ ...NONE, ...settings }, peerId, now);

describe("A peer is told of", () => {
  const stun = { urls: STUN };
  const turn = { urls: TURN, ...BY_OPENSSL };
  test.each<[string, Partial<IceSettings>, object[], number]>([
    ["nothing where nothing is configured", {}, [], Number.POSITIVE_INFINITY],
    ["STUN servers", { STUN_URLS: STUN }, [stun], Number.POSITIVE_INFINITY],
    ["fixed servers as they stand", { ICE_SERVERS: FIXED }, FIXED, Number.POSITIVE_INFINITY],
    ["no TURN server by a secret alone", { TURN_SECRET: ["north"] }, [], Number.POSITIVE_INFINITY],
    ["TURN servers, with a credential", { TURN_URLS: TURN, TURN_SECRET: ["north"] }, [turn], NOW + 10_800_000],
    [
      "TURN servers, with a credential by the first of two secrets",
      { TURN_URLS: TURN, TURN_SECRET: ["north", "south"] },
      [turn],
      NOW + 10_800_000,
    ],
    [
      "all of them",
      { STUN_URLS: STUN, TURN_URLS: TURN, TURN_SECRET: ["north"], ICE_SERVERS: FIXED },
      [stun, turn, ...FIXED],
      NOW + 10_800_000,
    ],
  ])("%s", (_what, settings, iceServers, renewAt) => expect(issue(settings)).toEqual({ iceServers, renewAt }));
});

describe("A credential", () => {
  const settings = { TURN_URLS: TURN, TURN_SECRET: ["north"], TURN_TTL_SECONDS: 60 };
  const credentialOf = (...given: Parameters<typeof issue>) => issue(...given).iceServers[0]?.credential;

  test("names its peer and the second at which it runs out", () => {
    expect(issue(settings).iceServers[0]?.username).toBe(`1700000060:${ALICE}`);
    expect(issue(settings, BOB, NOW + 999).iceServers[0]?.username).toBe(`1700000060:${BOB}`);
  });

  test("is another one for another peer, another time, another secret", () => {
    const all = [
      credentialOf(settings),
      credentialOf(settings, BOB),
      credentialOf(settings, ALICE, NOW + 1_000),
      credentialOf({ ...settings, TURN_SECRET: ["south"] }),
      credentialOf({ ...settings, TURN_SECRET: ["south", "north"] }, BOB),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  test("says nothing of the secret", () => expect(JSON.stringify(issue(settings))).not.toContain("north"));

  test.each([2, 60, 21_600, 604_800])("that is good for %i s is renewed after half of it", (TURN_TTL_SECONDS) => {
    expect(issue({ ...settings, TURN_TTL_SECONDS }).renewAt).toBe(NOW + TURN_TTL_SECONDS * 500);
  });
});
