import { describe, expect, test } from "vitest";
import { isPolite, judgeCandidate, judgeDescription, type NegotiationState, readSignal } from "./negotiation.ts";

const STATE: NegotiationState = {
  isPolite: true,
  session: "mine",
  hasStarted: true,
  remoteSession: "theirs",
  signalingState: "stable",
  ownOffer: 2,
  appliedOffer: 1,
};

const offer = { type: "offer", session: "theirs", to: "mine", offer: 2 } as const;
const answer = { type: "answer", session: "theirs", to: "mine", offer: 2 } as const;
const pending = { signalingState: "have-local-offer" } as const;
const unbound = { remoteSession: undefined, appliedOffer: undefined } as const;

describe("what to do with a description", () => {
  const impolite = { isPolite: false } as const;
  test.each([
    ["an offer while none of ours is outstanding", {}, offer, "apply"],
    ["an offer while ours is outstanding, polite", pending, offer, "apply"],
    ["an offer while ours is outstanding, impolite", { ...pending, ...impolite }, offer, "ignore"],
    ["the same offer again", {}, { ...offer, offer: 1 }, "repeated"],
    ["an offer of a peer that does not number its offers", {}, { ...offer, to: undefined, offer: undefined }, "apply"],
    ["an offer of a new session", {}, { ...offer, session: "new", to: undefined, offer: 1 }, "renew"],
    [
      "the same, while ours is outstanding",
      { ...pending, ...impolite },
      { ...offer, session: "new", to: undefined },
      "renew",
    ],
    ["an offer to an earlier session of ours", unbound, { ...offer, to: "earlier" }, "stale"],
    ["the same, though we applied an earlier offer of its", {}, { ...offer, to: "earlier" }, "restart"],
    ["a first offer before ours", { ...unbound, hasStarted: false }, { ...offer, to: undefined }, "apply"],
    [
      "a first offer while ours is outstanding, polite",
      { ...unbound, ...pending },
      { ...offer, to: undefined },
      "renew",
    ],
    [
      "a first offer while ours is outstanding, impolite",
      { ...unbound, ...impolite },
      { ...offer, to: undefined },
      "ignore",
    ],
    ["the answer to our offer", pending, answer, "apply"],
    ["the first answer", { ...pending, ...unbound }, answer, "apply"],
    [
      "an answer of a peer that does not number its offers",
      pending,
      { ...answer, to: undefined, offer: undefined },
      "apply",
    ],
    ["an answer to an earlier offer", pending, { ...answer, offer: 1 }, "stale"],
    ["an answer to an earlier session of ours", pending, { ...answer, to: "earlier" }, "stale"],
    ["an answer of another session", pending, { ...answer, session: "earlier" }, "stale"],
    ["an answer without an offer", {}, answer, "stale"],
  ] as const)("%s", (_, state, description, verdict) => {
    expect(judgeDescription({ ...STATE, ...state }, description)).toBe(verdict);
  });
});

test.each([
  ["of the session", { session: "theirs", to: "mine" }, "apply"],
  ["of a peer without sessions", { session: undefined, to: undefined }, "apply"],
  ["of another session", { session: "earlier", to: undefined }, "drop"],
  ["to an earlier session of ours", { session: "theirs", to: "earlier" }, "drop"],
] as const)("a candidate %s", (_, signal, verdict) => {
  expect(judgeCandidate(STATE, signal)).toBe(verdict);
});

test("a candidate before any description is held", () => {
  expect(judgeCandidate({ ...STATE, ...unbound }, { session: "theirs", to: undefined })).toBe("hold");
});

test("exactly one of two peers is polite", () => {
  expect([isPolite("peer_a", "peer_b"), isPolite("peer_b", "peer_a")]).toEqual([true, false]);
});

describe("reading a signal", () => {
  test("uses the DTLS fingerprint as the session of a peer that sends none", () => {
    const sdp = "v=0\r\na=fingerprint:sha-256 AB:CD\r\n";
    expect(readSignal("offer", { type: "offer", sdp })).toMatchObject({ session: "sha-256 AB:CD", to: undefined });
    expect(readSignal("offer", { sdp, session: "s", to: "t", offer: 3 })).toMatchObject({
      session: "s",
      to: "t",
      offer: 3,
    });
  });

  test("recognises the end of candidates in each of its forms", () => {
    for (const payload of [null, undefined, {}, { candidate: "" }, { candidate: null }]) {
      expect(readSignal("ice-candidate", payload)).toMatchObject({ kind: "candidate", candidate: { candidate: "" } });
    }
  });

  test.each([
    ["chat", { sdp: "v=0" }],
    ["offer", null],
    ["offer", "v=0"],
    ["answer", { sdp: 1 }],
  ])("ignores signals of other programs: %s", (signalType, payload) => {
    expect(readSignal(signalType, payload)).toBeUndefined();
  });
});
