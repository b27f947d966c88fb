import { describe, expect, test } from "vitest";
import { failureReason, type PathFacts } from "./failure-reason.ts";
import type { CandidateKind, IceServerOutcome, PathFailureReason } from "./types.ts";

const host: CandidateKind = { type: "host", protocol: "udp" };
const srflx: CandidateKind = { type: "srflx", protocol: "udp" };
const relay: CandidateKind = { type: "relay", protocol: "udp", relayProtocol: "tls" };

const server = (url: string, outcome: IceServerOutcome["outcome"], code?: number): IceServerOutcome => ({
  url,
  outcome,
  error: code === undefined ? undefined : { code, text: "" },
});
const stun = (outcome: IceServerOutcome["outcome"]) => server("stun:s.example", outcome);
const turn = (outcome: IceServerOutcome["outcome"], code?: number) => server("turn:t.example", outcome, code);
const turns = (outcome: IceServerOutcome["outcome"], code?: number) => server("turns:t.example", outcome, code);

/** Two browsers that know each other's addresses, without any server; ICE has given up. */
const FAILED: PathFacts = {
  to: "peer",
  local: [host],
  remote: [host],
  servers: [],
  hasWorked: false,
  isRelayOnly: false,
  isGathering: false,
  iceState: "failed",
  dtlsState: "new",
};

type Reported = Exclude<PathFailureReason, "offline">;

/** What leads to each reason. The compiler keeps it complete. */
const CASES: Record<Reported, readonly (readonly [what: string, facts: Partial<PathFacts>])[]> = {
  no_candidates: [
    ["the browser gathered nothing, and heard of no server", { local: [] }],
    ["nor of the TURN server that is configured", { local: [], servers: [turn("silent")] }],
    ["relays alone are allowed, and there is none", { local: [], isRelayOnly: true }],
    ["servers answered, and it still gathered nothing", { local: [], servers: [stun("unreachable")] }],
  ],
  no_remote_candidates: [
    ["the other side sent none", { remote: [] }],
    ["though the relay is ready", { remote: [], local: [host, relay], servers: [turn("answered")] }],
    ["though it had worked before", { remote: [], hasWorked: true }],
  ],
  turn_unreachable: [
    ["the TURN server cannot be reached", { servers: [turn("unreachable", 701)] }],
    ["by none of its URLs", { servers: [turn("unreachable", 701), turns("unreachable", 701)] }],
    ["it never answers", { servers: [turn("silent")] }],
    ["the STUN server does", { local: [host, srflx], servers: [stun("answered"), turn("unreachable", 701)] }],
    ["no other candidates are allowed", { local: [], isRelayOnly: true, servers: [turn("silent")] }],
    ["it is all that could be heard of", { local: [], servers: [turn("unreachable", 701)] }],
    ["a path that worked was lost with it", { hasWorked: true, servers: [turn("unreachable", 701)] }],
    ["in a room", { to: "server", servers: [turn("unreachable", 701)] }],
  ],
  turn_unauthorized: [
    ["its secret is another one", { servers: [turn("refused", 401)] }],
    ["the nonce is stale", { servers: [turn("refused", 438)] }],
    ["the credentials are another allocation's", { servers: [turn("refused", 441)] }],
    ["one URL says so, and others do not answer", { servers: [turn("unreachable", 701), turns("refused", 401)] }],
    ["one URL is at its limit, and another says so", { servers: [turn("refused", 486), turns("refused", 401)] }],
    ["in a room", { to: "server", servers: [turn("refused", 401)] }],
  ],
  turn_refused: [
    ["the user's quota is reached", { servers: [turn("refused", 486)] }],
    ["it has no capacity", { servers: [turn("refused", 508)] }],
  ],
  relay_failed: [
    ["a relay is ready, and nothing comes back", { local: [host, relay], servers: [turn("answered")] }],
    ["another URL did not answer", { local: [relay], servers: [turn("unreachable", 701), turns("answered")] }],
    ["in a room", { to: "server", local: [host, relay], servers: [turn("answered")] }],
  ],
  udp_blocked: [
    ["the STUN server cannot be reached", { servers: [stun("unreachable")] }],
    ["the STUN server is still being asked", { servers: [stun("silent")], isGathering: true }],
    ["none of them can", { servers: [stun("unreachable"), server("stun:other.example", "unreachable", 701)] }],
  ],
  no_relay: [
    ["there is no server", {}],
    ["the STUN server answers", { local: [host, srflx], servers: [stun("answered")] }],
    ["the STUN server has nothing new to say", { servers: [stun("silent")] }],
    ["one of two STUN servers answers", { local: [host, srflx], servers: [stun("silent"), stun("answered")] }],
  ],
  server_unreachable: [
    ["there is no server beside the media server", { to: "server" }],
    ["the STUN server is silent", { to: "server", servers: [stun("silent")] }],
  ],
  dtls_failed: [
    ["DTLS failed", { iceState: "connected", dtlsState: "failed" }],
    ["DTLS does not get ready", { iceState: "completed", dtlsState: "connecting" }],
    ["though it is relayed", { iceState: "connected", local: [relay], servers: [turn("answered")] }],
  ],
  path_lost: [
    ["it had worked", { hasWorked: true }],
    ["it was relayed, and the relay is still ready", { hasWorked: true, local: [relay], servers: [turn("answered")] }],
    ["in a room", { to: "server", hasWorked: true }],
  ],
};

describe.each(Object.keys(CASES) as Reported[])("%s:", (reason) => {
  test.each(CASES[reason])("%s", (_what, facts) => expect(failureReason({ ...FAILED, ...facts })).toBe(reason));
});

describe("Whatever the facts are,", () => {
  const outcomes = ["answered", "silent", "unreachable"] as const;
  const serverLists = [undefined, ...outcomes].flatMap((asStun) =>
    [undefined, ...outcomes, 401, 486].map((asTurn) => [
      ...(asStun === undefined ? [] : [stun(asStun)]),
      ...(asTurn === undefined ? [] : [typeof asTurn === "number" ? turn("refused", asTurn) : turn(asTurn)]),
    ]),
  );
  const all = (["peer", "server"] as const).flatMap((to) =>
    [[], [host], [host, srflx], [host, relay], [relay]].flatMap((local) =>
      [[], [host]].flatMap((remote) =>
        serverLists.flatMap((servers) =>
          [false, true].flatMap((hasWorked) =>
            [undefined, "checking", "failed", "connected"].flatMap((iceState) =>
              [undefined, "new", "connected", "failed"].map(
                (dtlsState): PathFacts => ({ ...FAILED, to, local, remote, servers, hasWorked, iceState, dtlsState }),
              ),
            ),
          ),
        ),
      ),
    ),
  );
  const told = all.map((facts) => ({ facts, reason: failureReason(facts) }));
  const those = (...reasons: Reported[]) => told.filter(({ reason }) => reasons.includes(reason as Reported));

  test("there is a reason, and each of them occurs", () => {
    expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(Object.keys(CASES)));
  });

  test("a TURN server is blamed only where there is one, and it does not relay", () => {
    for (const { facts } of those("turn_unreachable", "turn_unauthorized", "turn_refused")) {
      expect(facts.servers.some(({ url }) => url.startsWith("turn:"))).toBe(true);
      expect(facts.local).not.toContain(relay);
    }
  });

  test("the lack of a TURN server is blamed only where there is none", () => {
    for (const { facts } of those("udp_blocked", "no_relay", "server_unreachable"))
      expect(facts.servers.filter(({ url }) => url.startsWith("turn:"))).toEqual([]);
  });

  test("nothing is said of a media server in a call, or of two networks in a room", () => {
    expect(those("server_unreachable").filter(({ facts }) => facts.to === "peer")).toEqual([]);
    expect(those("udp_blocked", "no_relay").filter(({ facts }) => facts.to === "server")).toEqual([]);
  });

  test("encryption is blamed where ICE has a path, or DTLS says so itself, and only there", () => {
    for (const { facts, reason } of told)
      expect(reason === "dtls_failed").toBe(
        facts.dtlsState === "failed" || (facts.iceState === "connected" && facts.dtlsState !== "connected"),
      );
  });
});
