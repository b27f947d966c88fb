import { expect, test } from "vitest";
import { summarizeStats } from "./stats.ts";

const pair = {
  id: "P",
  type: "candidate-pair",
  localCandidateId: "L",
  remoteCandidateId: "R",
  currentRoundTripTime: 0.042,
  bytesSent: 10,
  bytesReceived: 20,
};
const local = { id: "L", type: "local-candidate", candidateType: "host" };
const remote = { id: "R", type: "remote-candidate", candidateType: "prflx" };
const transport = { id: "T", type: "transport", selectedCandidatePairId: "P" };

test("reads the path and the traffic", () => {
  const audio = { id: "A", type: "inbound-rtp", kind: "audio", packetsLost: 2 };
  const video = { id: "V", type: "inbound-rtp", kind: "video", packetsLost: 3, framesDecoded: 100 };
  expect(summarizeStats([transport, pair, local, remote, audio, video])).toEqual({
    roundTripTimeMs: 42,
    route: "direct",
    framesDecoded: 100,
    packetsLost: 5,
    bytesSent: 10,
    bytesReceived: 20,
  });
});

test("a path is relayed when either end is a relay", () => {
  const relayed = { ...local, candidateType: "relay" };
  expect(summarizeStats([transport, pair, relayed, remote]).route).toBe("relayed");
});

test("finds the selected pair of Firefox", () => {
  expect(summarizeStats([{ ...pair, selected: true }, local, remote]).route).toBe("direct");
});

test("figures are undefined before there is a path", () => {
  expect(summarizeStats([])).toMatchObject({ roundTripTimeMs: undefined, route: undefined, framesDecoded: undefined });
});
