import { view } from "@radist-tech/calls";
import { ALICE, BOB, epoch, open } from "@radist-tech/calls/testing";
import type { CallId, Epoch, PeerId, ProjectId } from "@radist-tech/protocol";
import { PeerSocket } from "@radist-tech/sockets";
import { describe, expect, test } from "vitest";
import { AttachedPeer } from "./attached-peer.ts";
import { AttachedPeers } from "./attached-peers.ts";

const CALL = "550e8400-e29b-41d4-a716-446655440000" as CallId;
const PROJECT = "7d9f1e9e-6f0b-4c59-9f0e-0f3d8a1f4f11" as ProjectId;

/** A socket before its connection, as `ws` makes them for a server; the declared types leave that out. */
const Unconnected = PeerSocket as unknown as new (address: null, protocols: undefined, options: object) => PeerSocket;

function attached(peerId: PeerId, claim: number, callId = CALL, projectId = PROJECT): AttachedPeer {
  return new AttachedPeer({
    claim: { projectId, callId, peerId, epoch: epoch(claim), sessionId: crypto.randomUUID() },
    socket: new Unconnected(null, undefined, {}),
    view: view(open([])),
    features: [],
    maxUnsentBytes: 1_000,
  });
}

/** Seats, and what arrives for them, in the order in which it gets there. */
function arrivals() {
  const attachedPeers = new AttachedPeers();
  const log: string[] = [];
  const arrive = (peerId: PeerId, claim: number, what: string): void =>
    attachedPeers.arrive(peerId, epoch(claim), (at) => log.push(`${what}: ${at ? `claim ${at.epoch}` : "not here"}`));
  return { attachedPeers, log, arrive };
}

describe("What arrives for a peer", () => {
  test("that is attached under this claim reaches it at once", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.add(attached(ALICE, 2));
    arrive(ALICE, 2, "signal");
    expect(log).toEqual(["signal: claim 2"]);
  });

  test("that is not here, or under another claim, is rejected at once", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.add(attached(ALICE, 2));
    arrive(ALICE, 1, "late");
    arrive(ALICE, 3, "early");
    arrive(BOB, 2, "astray");
    expect(log).toEqual(["late: not here", "early: not here", "astray: not here"]);
  });

  test("that is being admitted waits for it, in order", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.beginAdmission(ALICE);
    arrive(ALICE, 1, "first");
    arrive(ALICE, 1, "second");
    expect(log).toEqual([]);
    attachedPeers.add(attached(ALICE, 1));
    arrive(ALICE, 1, "third");
    expect(log).toEqual(["first: claim 1", "second: claim 1", "third: claim 1"]);
    attachedPeers.endAdmission(ALICE);
    expect(log).toHaveLength(3);
  });

  test("that is refused is rejected when the admission is over", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.beginAdmission(ALICE);
    arrive(ALICE, 1, "signal");
    attachedPeers.endAdmission(ALICE);
    expect(log).toEqual(["signal: not here"]);
    arrive(ALICE, 1, "another");
    expect(log).toEqual(["signal: not here", "another: not here"]);
  });

  test("that supersedes itself: the earlier claim is served at once, the later one once it is attached", () => {
    const { attachedPeers, log, arrive } = arrivals();
    const earlier = attached(ALICE, 1);
    attachedPeers.add(earlier);
    attachedPeers.beginAdmission(ALICE);
    arrive(ALICE, 1, "to the earlier");
    arrive(ALICE, 2, "to the later");
    expect(log).toEqual(["to the earlier: claim 1"]);
    attachedPeers.remove(earlier);
    arrive(ALICE, 1, "too late");
    attachedPeers.add(attached(ALICE, 2));
    expect(log).toEqual(["to the earlier: claim 1", "to the later: claim 2"]);
    attachedPeers.endAdmission(ALICE);
    expect(log.at(-1)).toBe("too late: not here");
  });

  test("that is admitted twice at once waits for the admission of its claim, and for the last to end", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.beginAdmission(ALICE);
    attachedPeers.beginAdmission(ALICE);
    for (const claim of [1, 2, 3]) arrive(ALICE, claim, `for ${claim}`);
    attachedPeers.add(attached(ALICE, 1));
    attachedPeers.endAdmission(ALICE);
    expect(log).toEqual(["for 1: claim 1"]);
    attachedPeers.add(attached(ALICE, 2));
    attachedPeers.endAdmission(ALICE);
    expect(log).toEqual(["for 1: claim 1", "for 2: claim 2", "for 3: not here"]);
  });

  test("whose later claim was faster: each claim gets what is its own, and the later one stays attached", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.beginAdmission(ALICE);
    attachedPeers.beginAdmission(ALICE);
    const release: Epoch = epoch(1);
    attachedPeers.arrive(ALICE, release, (at) => log.push(`released: ${at && attachedPeers.remove(at)}`));
    attachedPeers.add(attached(ALICE, 2));
    attachedPeers.endAdmission(ALICE);
    attachedPeers.add(attached(ALICE, 1));
    attachedPeers.endAdmission(ALICE);
    arrive(ALICE, 2, "signal");
    expect(log).toEqual(["released: false", "signal: claim 2"]);
    expect(attachedPeers.get(ALICE)?.epoch).toBe(2);
  });

  test("does not wait for another's admission", () => {
    const { attachedPeers, log, arrive } = arrivals();
    attachedPeers.beginAdmission(BOB);
    arrive(ALICE, 1, "signal");
    expect(log).toEqual(["signal: not here"]);
  });
});

describe("AttachedPeers", () => {
  test("are found by call and by project, and counted", () => {
    const attachedPeers = new AttachedPeers();
    const other = attached(BOB, 1, crypto.randomUUID() as CallId, crypto.randomUUID() as ProjectId);
    const alice = attached(ALICE, 1);
    attachedPeers.add(alice);
    attachedPeers.add(other);
    expect(attachedPeers.size).toBe(2);
    expect([...attachedPeers]).toEqual([alice, other]);
    expect(attachedPeers.ofCall(CALL)).toEqual([alice]);
    expect(attachedPeers.ofProject(other.projectId)).toEqual([other]);
  });

  test("are removed once, by the attached claim only", () => {
    const attachedPeers = new AttachedPeers();
    const [earlier, later] = [attached(ALICE, 1), attached(ALICE, 2)];
    attachedPeers.add(earlier);
    attachedPeers.add(later);
    expect(attachedPeers.remove(earlier)).toBe(false);
    expect(attachedPeers.remove(later)).toBe(true);
    expect(attachedPeers.remove(later)).toBe(false);
    expect(attachedPeers.size).toBe(0);
  });
});
