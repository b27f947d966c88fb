import { expect, test } from "vitest";
import { countKinds, readPathReport } from "./path-report.ts";

type Entry = Record<string, unknown>;

const report = (...entries: Entry[]) => new Map(entries.map((entry) => [entry.id, entry]));

/** As Chromium tells them. */
const transport = (more: Entry = {}): Entry => ({
  id: "T",
  type: "transport",
  iceState: "connected",
  dtlsState: "connected",
  iceLocalUsernameFragment: "now",
  selectedCandidatePairId: "P",
  ...more,
});
const local = (id: string, more: Entry = {}): Entry => ({
  id,
  type: "local-candidate",
  candidateType: "host",
  protocol: "udp",
  usernameFragment: "now",
  ...more,
});
const remote = (id: string, more: Entry = {}): Entry => ({ ...local(id, more), type: "remote-candidate" });
const pair = (id: string, localCandidateId: string, remoteCandidateId: string, more: Entry = {}): Entry => ({
  id,
  type: "candidate-pair",
  localCandidateId,
  remoteCandidateId,
  state: "succeeded",
  ...more,
});

test("the candidates, the pairs, and the one in use with its round trip", () => {
  const relayed = { candidateType: "relay", relayProtocol: "tls", url: "turns:t.example:443?transport=tcp" };
  const read = readPathReport(
    report(
      transport(),
      local("L", relayed),
      local("M", { candidateType: "srflx", url: "stun:s.example:3478" }),
      remote("R", { candidateType: "prflx", usernameFragment: "theirs" }),
      pair("P", "L", "R", { currentRoundTripTime: 0.0125, requestsSent: 3, responsesReceived: 2 }),
      pair("Q", "M", "R", { state: "failed" }),
    ),
  );
  const selected = {
    local: { type: "relay", protocol: "udp", relayProtocol: "tls" },
    remote: { type: "prflx", protocol: "udp" },
    state: "succeeded",
    isSelected: true,
    requestsSent: 3,
    responsesReceived: 2,
    roundTripTimeMs: 12.5,
  };
  expect(read.selected).toEqual(selected);
  expect(read.pairs).toEqual([selected, expect.objectContaining({ state: "failed", isSelected: false })]);
  expect(read.local.map(({ url }) => url)).toEqual([relayed.url, "stun:s.example:3478"]);
  expect([read.iceState, read.dtlsState]).toEqual(["connected", "connected"]);
});

test("what an earlier ICE session has left is not counted", () => {
  const read = readPathReport(
    report(
      transport({ iceState: "checking", selectedCandidatePairId: undefined }),
      local("L"),
      local("old", { usernameFragment: "before", candidateType: "relay" }),
      remote("R"),
      pair("P", "L", "R", { state: "in-progress" }),
      pair("Q", "old", "R"),
    ),
  );
  expect(read.local.map(({ type }) => type)).toEqual(["host"]);
  expect(read.pairs.map(({ state }) => state)).toEqual(["in-progress"]);
  expect(read.selected).toBeUndefined();
});

test("Firefox, which tells neither fragments nor a transport, marks the pair itself", () => {
  const read = readPathReport(
    report(
      local("L", { usernameFragment: undefined }),
      remote("R", { usernameFragment: undefined, protocol: "TCP" }),
      pair("P", "L", "R", { selected: true }),
    ),
  );
  expect(read.selected).toMatchObject({ isSelected: true, remote: { protocol: "tcp" }, roundTripTimeMs: undefined });
  expect([read.iceState, read.dtlsState]).toEqual([undefined, undefined]);
});

test("nothing, and entries without what they refer to", () => {
  const nothing = { local: [], remote: [], pairs: [], selected: undefined };
  expect(readPathReport(report())).toMatchObject(nothing);
  expect(readPathReport(report(pair("P", "L", "R")))).toMatchObject(nothing);
  expect(readPathReport(report(local("L"), pair("P", "L", "gone")))).toMatchObject({ pairs: [] });
});

test("candidates are counted by kind", () => {
  expect(countKinds([])).toEqual([]);
  expect(
    countKinds([
      { type: "host", protocol: "udp" },
      { type: "relay", protocol: "udp", relayProtocol: "tcp" },
      { type: "host", protocol: "udp" },
      { type: "relay", protocol: "udp", relayProtocol: "tls" },
    ]),
  ).toEqual([
    { type: "host", protocol: "udp", count: 2 },
    { type: "relay", protocol: "udp", relayProtocol: "tcp", count: 1 },
    { type: "relay", protocol: "udp", relayProtocol: "tls", count: 1 },
  ]);
});
