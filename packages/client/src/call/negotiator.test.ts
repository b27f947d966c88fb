import { describe, expect, test, vi } from "vitest";
import { JsepPeer } from "./jsep.fixture.ts";
import { type IncomingSignal, readSignal } from "./negotiation.ts";
import { Negotiator, type SignalName } from "./negotiator.ts";

type Sent = { readonly name: SignalName; readonly payload: Record<string, unknown> };

/** One side, with what it sends and what happens to it. */
function side(session: string, { isPolite = false } = {}) {
  const peer = new JsepPeer();
  const sent: Sent[] = [];
  const events: string[] = [];
  const renewals: IncomingSignal[][] = [];
  const failures: unknown[] = [];
  const negotiator = new Negotiator({
    peer,
    isPolite,
    session,
    send: (name, payload) => sent.push({ name, payload: payload as Record<string, unknown> }),
    beforeFirstOffer: () => events.push("before the first offer"),
    afterRemoteDescription: () => events.push("after a description"),
    renew: (signals) => renewals.push(signals),
    failed: (error) => failures.push(error),
  });
  peer.negotiationNeeded = () => negotiator.offer();
  const offer = async () => {
    if (negotiator.start()) peer.change();
    await expect.poll(() => sent.map(({ name }) => name)).toContain("offer");
  };
  return { peer, negotiator, sent, events, renewals, failures, offer };
}

const read = ({ name, payload }: Sent): IncomingSignal => {
  const signal = readSignal(name, payload);
  if (!signal) throw new Error(`This is no signal: ${name}`);
  return signal;
};

const offerOf = (session: string, fields: object = {}): IncomingSignal =>
  read({ name: "offer", payload: { type: "offer", sdp: `offer of ${session}`, session, offer: 1, ...fields } });

const candidateOf = (session: string): IncomingSignal =>
  read({ name: "ice-candidate", payload: { candidate: "candidate:1", session } });

const names = (sent: readonly Sent[]) => sent.map(({ name }) => name);

/** Until all operations that were begun have settled. */
const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

test("an offer and its answer bind two sides to each other", async () => {
  const alice = side("a");
  const bob = side("b", { isPolite: true });
  await alice.offer();
  expect(alice.sent[0]?.payload).toMatchObject({ type: "offer", offer: 1, session: "a" });
  expect(alice.sent[0]?.payload).not.toHaveProperty("to");
  for (const sent of alice.sent) bob.negotiator.receive(read(sent));
  await expect.poll(() => names(bob.sent)).toEqual(["answer"]);
  expect(bob.sent[0]?.payload).toMatchObject({ type: "answer", offer: 1, session: "b", to: "a" });
  expect(bob.events).toEqual(["before the first offer", "after a description"]);
  for (const sent of bob.sent) alice.negotiator.receive(read(sent));
  await expect.poll(() => alice.events).toEqual(["after a description"]);
  expect([alice.negotiator.isBound, bob.negotiator.isBound]).toEqual([true, true]);
  expect([alice.peer.signalingState, bob.peer.signalingState]).toEqual(["stable", "stable"]);
});

test("the first offer is claimed once, by either side", async () => {
  const alice = side("a");
  expect([alice.negotiator.start(), alice.negotiator.start()]).toEqual([true, false]);
  const bob = side("b");
  bob.negotiator.receive(offerOf("a"));
  await expect.poll(() => bob.negotiator.isBound).toBe(true);
  expect([bob.negotiator.hasStarted, bob.negotiator.start()]).toEqual([true, false]);
});

test("offers are numbered, and made only in a stable state", async () => {
  const alice = side("a");
  await alice.offer();
  alice.negotiator.offer();
  await settled();
  expect(names(alice.sent)).toEqual(["offer"]);
  const bob = side("b");
  for (const sent of alice.sent) bob.negotiator.receive(read(sent));
  await expect.poll(() => names(bob.sent)).toEqual(["answer"]);
  for (const sent of bob.sent) alice.negotiator.receive(read(sent));
  alice.negotiator.offer();
  await expect.poll(() => alice.sent.map(({ payload }) => payload.offer)).toEqual([1, 2]);
  expect(alice.sent[1]?.payload.to).toBe("b");
});

describe("candidates", () => {
  test("are held until a description has arrived", async () => {
    const bob = side("b");
    const added = vi.spyOn(bob.peer, "addIceCandidate");
    bob.negotiator.receive(candidateOf("a"));
    await settled();
    expect(added).not.toHaveBeenCalled();
    bob.negotiator.receive(offerOf("a"));
    await expect.poll(() => added.mock.calls.length).toBe(1);
  });

  test("of another session are dropped", async () => {
    const bob = side("b");
    const added = vi.spyOn(bob.peer, "addIceCandidate");
    bob.negotiator.receive(offerOf("a"));
    bob.negotiator.receive(candidateOf("earlier"));
    bob.negotiator.receive(candidateOf("a"));
    await expect.poll(() => added.mock.calls.length).toBe(1);
  });

  test("are held up to a limit", async () => {
    const bob = side("b");
    const added = vi.spyOn(bob.peer, "addIceCandidate");
    for (let count = 0; count < 200; count++) bob.negotiator.receive(candidateOf("a"));
    bob.negotiator.receive(offerOf("a"));
    await expect.poll(() => names(bob.sent)).toEqual(["answer"]);
    expect(added).toHaveBeenCalledTimes(128);
  });

  test("that the browser refuses do not end the session", async () => {
    const debug = vi.spyOn(console, "debug").mockImplementation(() => {});
    const bob = side("b");
    const refusal = new Error("Not a candidate.");
    vi.spyOn(bob.peer, "addIceCandidate").mockRejectedValue(refusal);
    bob.negotiator.receive(offerOf("a"));
    bob.negotiator.receive(candidateOf("a"));
    await expect.poll(() => debug.mock.calls).toEqual([[expect.any(String), refusal]]);
    expect([bob.failures, bob.renewals]).toEqual([[], []]);
    debug.mockRestore();
  });

  test("of this side carry its session; the last one is empty", () => {
    const alice = side("a");
    alice.negotiator.sendCandidate({ candidate: "candidate:1", sdpMid: "0" });
    alice.negotiator.sendCandidate(null);
    expect(alice.sent.map(({ payload }) => payload)).toEqual([
      { candidate: "candidate:1", sdpMid: "0", session: "a" },
      { candidate: "", session: "a" },
    ]);
  });
});

describe("both sides offer first", () => {
  test("the impolite side ignores the other offer and its candidates", async () => {
    const alice = side("a");
    const added = vi.spyOn(alice.peer, "addIceCandidate");
    await alice.offer();
    alice.negotiator.receive(offerOf("b"));
    alice.negotiator.receive(candidateOf("b"));
    await settled();
    expect([alice.renewals, alice.peer.signalingState]).toEqual([[], "have-local-offer"]);
    expect(added).not.toHaveBeenCalled();
  });

  test("the polite side hands the offer, and what followed it, to a new session", async () => {
    const bob = side("b", { isPolite: true });
    bob.negotiator.start();
    // While this is in progress, signals queue up.
    bob.negotiator.offer();
    const signals = [offerOf("a"), candidateOf("a")];
    for (const signal of signals) bob.negotiator.receive(signal);
    await expect.poll(() => bob.renewals).toEqual([signals]);
    bob.negotiator.offer();
    bob.negotiator.sendCandidate(null);
    await settled();
    expect(names(bob.sent)).toEqual(["offer"]);
  });
});

describe("after a reconnect", () => {
  test("an offer without an answer is sent again", async () => {
    const alice = side("a");
    await alice.offer();
    alice.negotiator.repeat();
    await expect.poll(() => alice.sent.map(({ payload }) => payload.offer)).toEqual([1, 1]);
  });

  test("an answer is sent again, and a repeated offer is answered without being applied", async () => {
    const bob = side("b");
    const applied = vi.spyOn(bob.peer, "setRemoteDescription");
    bob.negotiator.receive(offerOf("a"));
    await expect.poll(() => names(bob.sent)).toEqual(["answer"]);
    bob.negotiator.repeat();
    bob.negotiator.receive(offerOf("a", { to: "b" }));
    await expect.poll(() => names(bob.sent)).toEqual(["answer", "answer", "answer"]);
    expect(applied).toHaveBeenCalledTimes(1);
  });

  test("an answer to a peer that does not number its offers is not sent again", async () => {
    const bob = side("b");
    bob.negotiator.receive(offerOf("a", { offer: undefined }));
    await expect.poll(() => names(bob.sent)).toEqual(["answer"]);
    bob.negotiator.repeat();
    await settled();
    expect(names(bob.sent)).toEqual(["answer"]);
    expect(bob.sent[0]?.payload).not.toHaveProperty("offer");
  });
});

test("a description that the browser refuses ends the session", async () => {
  const bob = side("b");
  const refusal = new Error("Not an SDP.");
  vi.spyOn(bob.peer, "setRemoteDescription").mockRejectedValue(refusal);
  bob.negotiator.receive(offerOf("a"));
  await expect.poll(() => bob.failures).toEqual([refusal]);
});

test("an offer that was being applied at the end is not answered", async () => {
  const bob = side("b");
  const applying = Promise.withResolvers<void>();
  vi.spyOn(bob.peer, "setRemoteDescription").mockReturnValue(applying.promise);
  bob.negotiator.receive(offerOf("a"));
  bob.negotiator.close();
  applying.resolve();
  await settled();
  expect([bob.sent, bob.events]).toEqual([[], ["before the first offer"]]);
});

test("nothing is sent or reported after the end", async () => {
  const bob = side("b");
  const applying = Promise.withResolvers<void>();
  vi.spyOn(bob.peer, "setRemoteDescription").mockReturnValue(applying.promise);
  bob.negotiator.receive(offerOf("a"));
  bob.negotiator.close();
  applying.reject(new Error("The connection is closed."));
  bob.negotiator.receive(offerOf("a"));
  await settled();
  expect([bob.sent, bob.failures, bob.renewals]).toEqual([[], [], []]);
  expect(bob.negotiator.start()).toBe(false);
});
