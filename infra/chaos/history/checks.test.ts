import { describe, expect, test } from "vitest";
import { checkHealth, type Probe } from "./health.ts";
import { checkLives } from "./lives.ts";
import { Story } from "./story.fixture.ts";
import { checkViews, type View } from "./views.ts";

describe("lives", () => {
  test("a call in which everybody stays, also by another socket, holds", () => {
    expect(checkLives(new Story().bobReconnects().history)).toEqual([]);
  });

  test("a token that its client uses again, for the same peer, holds", () => {
    const { history } = new Story().of("alice", { type: "admitted", peerId: "peer_a", token: "ct_a" });
    expect(checkLives(history)).toEqual([]);
  });

  test("a client that is thrown out is found", () => {
    const { history } = new Story().of("bob", { type: "ended", reason: "expired" });
    expect(checkLives(history)).toEqual([{ invariant: "calls", what: "bob ended: expired" }]);
  });

  test("a token that lets in two peers is found", () => {
    const { history } = new Story().of("bob", { type: "admitted", peerId: "peer_c", token: "ct_a" });
    expect(checkLives(history)).toEqual([{ invariant: "tokens", what: "bob's token let in peer_a, peer_c" }]);
  });
});

describe("views", () => {
  const both: View = { peer_a: "connected", peer_b: "connected" };
  const of = (view: View, present = ["peer_b", "peer_a"]) =>
    checkViews([{ call: "c", present, seen: { alice: both, "the database": view } }]).map(({ invariant }) => invariant);

  test("that show who is there hold", () => {
    expect(of(both)).toEqual([]);
    expect(checkViews([{ call: "c", present: [], seen: { "the database": {} } }])).toEqual([]);
  });

  test.each<[string, View]>([
    ["lacks somebody", { peer_a: "connected" }],
    ["is empty", {}],
    ["has somebody as disconnected who is there", { peer_a: "connected", peer_b: "disconnected" }],
  ])("one that %s is found", (_what, view) => expect(of(view)).toEqual(["views"]));

  test("a ghost is found, also one that is disconnected", () => {
    expect(of({ ...both, peer_c: "connected" })).toEqual(["seats"]);
    expect(of({ ...both, peer_c: "disconnected" })).toEqual(["seats"]);
  });

  test("a client that sees somebody who is gone is found", () => {
    expect(of({ peer_a: "connected" }, ["peer_a"])).toEqual(["seats"]);
  });
});

describe("health", () => {
  const probe = (more: Partial<Probe> = {}): Probe => ({
    service: "api-1",
    isDown: false,
    healthz: 200,
    readyz: 200,
    ...more,
  });

  test("holds when liveness holds and readiness fails where it has to", () => {
    const probes = [probe(), probe({ readyz: 503 }), probe({ isDown: true, healthz: undefined, readyz: undefined })];
    expect(checkHealth(probes, ["api"])).toEqual([]);
    expect(checkHealth([probe()], [])).toEqual([]);
  });

  test.each([500, 503, undefined])("liveness of a running process that answers %s is found", (healthz) => {
    expect(checkHealth([probe(), probe({ healthz })], [])).toMatchObject([{ invariant: "liveness" }]);
  });

  test("readiness that does not notice is found, also when another plane does", () => {
    expect(checkHealth([probe(), probe({ service: "sfu-1", readyz: 503 })], ["api"])).toMatchObject([
      { invariant: "readiness", what: "no api node ever said that it is not ready" },
    ]);
    expect(checkHealth([probe({ readyz: undefined })], ["api"])).toMatchObject([{ invariant: "readiness" }]);
  });
});
