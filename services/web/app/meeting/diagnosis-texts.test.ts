import type { PathDiagnosis } from "@radist-tech/client";
import { expect, test } from "vitest";
import { pathLines, serverLine } from "./diagnosis-texts.ts";

const PATH: PathDiagnosis = {
  path: "send",
  state: "failed",
  reason: "server_unreachable",
  candidates: { local: [], remote: [] },
  servers: [],
  pairs: [],
  selected: undefined,
};

const pair = (state: RTCStatsIceCandidatePairState): PathDiagnosis["pairs"][number] => ({
  local: { type: "relay", protocol: "udp", relayProtocol: "tls" },
  remote: { type: "host", protocol: "tcp" },
  state,
  isSelected: false,
  requestsSent: 1,
  responsesReceived: 0,
  roundTripTimeMs: 18.4,
});

test("a path without anything says so", () => {
  expect(pathLines(PATH)).toEqual([
    ["Path to send", "failed"],
    ["Own addresses", "none"],
    ["Addresses of the other side", "none"],
    ["Pairs tried", "none"],
    ["In use", "none"],
  ]);
});

test("candidates and pairs are counted by kind and state, and the path in use is described", () => {
  const { local, remote } = pair("failed");
  const lines = pathLines({
    ...PATH,
    candidates: { local: [{ ...local, count: 2 }], remote: [{ ...remote, count: 1 }] },
    pairs: [pair("failed"), pair("failed"), pair("waiting")],
    selected: pair("succeeded"),
  });
  expect(lines.slice(1)).toEqual([
    ["Own addresses", "2 × relay udp by tls"],
    ["Addresses of the other side", "1 × host tcp"],
    ["Pairs tried", "2 failed, 1 waiting"],
    ["In use", "relay udp by tls to host tcp, 18 ms"],
  ]);
});

test("a server's error is shown as the browser put it", () => {
  const url = "turn:t.example";
  expect(serverLine({ url, outcome: "silent", error: undefined })).toBe("Nothing heard");
  expect(serverLine({ url, outcome: "refused", error: { code: 401, text: "Unauthorized" } })).toBe(
    "Refused (401 Unauthorized)",
  );
  expect(serverLine({ url, outcome: "unreachable", error: { code: 701, text: "" } })).toBe("Cannot be reached (701)");
});
