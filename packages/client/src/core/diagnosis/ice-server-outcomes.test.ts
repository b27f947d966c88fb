import { describe, expect, test } from "vitest";
import { type GatheredCandidate, iceServerOutcomes } from "./ice-server-outcomes.ts";

const srflx = (url?: string): GatheredCandidate => ({ type: "srflx", protocol: "udp", url });
const relay = (relayProtocol: "udp" | "tcp" | "tls" | undefined, url?: string): GatheredCandidate => ({
  type: "relay",
  protocol: "udp",
  ...(relayProtocol && { relayProtocol }),
  url,
});
const unreachable = (url: string) => ({ url, errorCode: 701, errorText: "timed out" });
const unauthorized = (url: string) => ({ url, errorCode: 401, errorText: "Unauthorized" });

const outcomes = (
  urls: readonly string[],
  gathered: readonly GatheredCandidate[],
  errors: Parameters<typeof iceServerOutcomes>[2] = [],
) => iceServerOutcomes([{ urls: [...urls] }], gathered, errors).map(({ outcome }) => outcome);

describe("A server has", () => {
  test.each([
    ["answered", [srflx("stun:s.example:3478")], [], "answered"],
    ["answered in the end", [srflx("stun:s.example:3478")], [unreachable("stun:s.example:3478")], "answered"],
    ["said nothing yet", [], [], "silent"],
    ["not been reached", [], [unreachable("stun:s.example:3478")], "unreachable"],
    ["refused", [], [unauthorized("stun:s.example:3478")], "refused"],
    ["refused at last", [], [unreachable("stun:s.example"), unauthorized("stun:s.example")], "refused"],
    ["nothing to do with another one's candidate", [srflx("stun:other.example")], [], "silent"],
    ["nothing to do with another one's error", [], [unauthorized("stun:other.example")], "silent"],
  ])("%s", (_what, gathered, errors, expected) => {
    expect(outcomes(["stun:s.example"], gathered, errors)).toEqual([expected]);
  });

  test("its error, as the browser put it", () => {
    const [outcome] = iceServerOutcomes([{ urls: "turn:t.example" }], [], [unauthorized("turn:t.example")]);
    expect(outcome).toEqual({
      url: "turn:t.example",
      outcome: "refused",
      error: { code: 401, text: "Unauthorized" },
    });
  });
});

describe("A URL is the same, however it is written:", () => {
  test.each([
    ["turn:t.example", "turn:t.example:3478?transport=udp"],
    ["turns:t.example", "turns:t.example:5349?transport=tcp"],
    ["TURN:T.Example?transport=TCP", "turn:t.example:3478?transport=tcp"],
    ["turn:[2001:db8::1]", "turn:[2001:db8::1]:3478?transport=udp"],
    ["stuns:s.example", "stuns:s.example:5349"],
  ])("%s", (configured, told) => expect(outcomes([configured], [], [unauthorized(told)])).toEqual(["refused"]));

  test.each([
    ["turn:t.example", "turn:t.example:3479"],
    ["turn:t.example?transport=udp", "turn:t.example?transport=tcp"],
    ["turn:t.example?transport=tcp", "turns:t.example:3478?transport=tcp"],
    ["turn:[2001:db8::1]", "turn:[2001:db8::2]"],
    ["stun:t.example", "turn:t.example"],
  ])("and %s is not %s", (configured, told) => {
    expect(outcomes([configured], [], [unauthorized(told)])).toEqual(["silent"]);
  });
});

test("Where the browser names no server, a candidate counts for the servers of its kind.", () => {
  const urls = ["stun:s.example", "turn:t.example", "turn:t.example?transport=tcp", "turns:t.example"];
  expect(outcomes(urls, [srflx()])).toEqual(["answered", "silent", "silent", "silent"]);
  expect(outcomes(urls, [relay("udp")])).toEqual(["silent", "answered", "silent", "silent"]);
  expect(outcomes(urls, [relay("tls")])).toEqual(["silent", "silent", "silent", "answered"]);
  expect(outcomes(urls, [relay(undefined)])).toEqual(["silent", "answered", "answered", "answered"]);
  expect(outcomes(urls, [{ type: "host", protocol: "udp" }])).toEqual(urls.map(() => "silent"));
});

test("A URL that is configured twice is listed once; errors of URLs that nobody configured are not listed.", () => {
  const servers = [{ urls: ["stun:s.example", "stun:s.example"] }, { urls: "stun:s.example" }];
  expect(iceServerOutcomes(servers, [], [unreachable("stun:other.example")])).toHaveLength(1);
  expect(iceServerOutcomes([], [srflx("x")], [unreachable("")])).toEqual([]);
});
