import { describe, expect, test } from "vitest";
import { isPolite, judgeCandidate, judgeDescription, type NegotiationState, readSignal } from "./negotiation.ts";

const STATE: NegotiationState = {
  polite: true,
  session: "mine",
  begun: true,
  remoteSession: "theirs",
  signalingState: "stable",
  ownOffer: 2,
  takenOffer: 1,
};

const offer = { type: "offer", session: "theirs", to: "mine", offer: 2 } as const;
const answer = { type: "answer", session: "theirs", to: "mine", offer: 2 } as const;
const pending = { signalingState: "have-local-offer" } as const;
const unbound = { remoteSession: undefined, takenOffer: undefined } as const;

describe("what to do with a description", () => {
  const impolite = { polite: false } as const;
  test.each([
    ["an offer while nothing is outstanding", {}, offer, "apply"],
    ["an offer while ours is outstanding, polite", pending, offer, "apply"],
    ["an offer while ours is outstanding, impolite", { ...pending, ...impolite }, offer, "ignore"],
    ["the same offer again", {}, { ...offer, offer: 1 }, "repeated"],
    ["an offer of a peer that does not count", {}, { ...offer, to: undefined, offer: undefined }, "apply"],
    ["an offer of a new session", {}, { ...offer, session: "new", to: undefined, offer: 1 }, "renew"],
    [
      "the same, while ours is outstanding",
      { ...pending, ...impolite },
      { ...offer, session: "new", to: undefined },
      "renew",
    ],
    ["an offer to an earlier session of ours", unbound, { ...offer, to: "earlier" }, "stale"],
    ["the same, though we took one of its own", {}, { ...offer, to: "earlier" }, "restart"],
    ["a first offer before ours", { ...unbound, begun: false }, { ...offer, to: undefined }, "apply"],
    ["a first offer when ours is out, polite", { ...unbound, ...pending }, { ...offer, to: undefined }, "renew"],
    ["a first offer when ours is out, impolite", { ...unbound, ...impolite }, { ...offer, to: undefined }, "ignore"],
    ["the answer to our offer", pending, answer, "apply"],
    ["the first answer", { ...pending, ...unbound }, answer, "apply"],
    ["an answer of a peer that does not count", pending, { ...answer, to: undefined, offer: undefined }, "apply"],
    ["an answer to an earlier offer", pending, { ...answer, offer: 1 }, "stale"],
    ["an answer to an earlier session of ours", pending, { ...answer, to: "earlier" }, "stale"],
    ["an answer of another session", pending, { ...answer, session: "earlier" }, "stale"],
    ["an answer to nothing", {}, answer, "stale"],
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

test("a candidate before any description waits", () => {
  expect(judgeCandidate({ ...STATE, ...unbound }, { session: "theirs", to: undefined })).toBe("hold");
});

test("of two peers one is polite", () => {
  expect([isPolite("peer_a", "peer_b"), isPolite("peer_b", "peer_a")]).toEqual([true, false]);
});

describe("reading a signal", () => {
  test("takes the DTLS fingerprint for the session of a peer that names none", () => {
    const sdp = "v=0\r\na=fingerprint:sha-256 AB:CD\r\n";
    expect(readSignal("offer", { type: "offer", sdp })).toMatchObject({ session: "sha-256 AB:CD", to: undefined });
    expect(readSignal("offer", { sdp, session: "s", to: "t", offer: 3 })).toMatchObject({
      session: "s",
      to: "t",
      offer: 3,
    });
  });

  test("knows the end of candidates in each of its forms", () => {
    for (const payload of [null, undefined, {}, { candidate: "" }, { candidate: null }]) {
      expect(readSignal("ice-candidate", payload)).toMatchObject({ kind: "candidate", candidate: { candidate: "" } });
    }
  });

  test.each([
    ["chat", { sdp: "v=0" }],
    ["offer", null],
    ["offer", "v=0"],
    ["answer", { sdp: 1 }],
  ])("leaves alone what is none of ours: %s", (signalType, payload) => {
    expect(readSignal(signalType, payload)).toBeUndefined();
  });
});
