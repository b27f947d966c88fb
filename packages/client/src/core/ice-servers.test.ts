import { expect, test } from "vitest";
import { withIceServers } from "./ice-servers.ts";

const PLATFORM = [{ urls: "turn:platform" }];

test.each<[string, RTCConfiguration | undefined, RTCConfiguration]>([
  ["none", undefined, { iceServers: PLATFORM }],
  ["one without servers", { iceTransportPolicy: "relay" }, { iceTransportPolicy: "relay", iceServers: PLATFORM }],
  ["one whose servers are undefined", { iceServers: undefined } as never, { iceServers: PLATFORM }],
  ["one with servers", { iceServers: [{ urls: "turn:own" }] }, { iceServers: [{ urls: "turn:own" }] }],
  ["one that wants no servers", { iceServers: [] }, { iceServers: [] }],
])("An application's configuration: %s", (_what, own, merged) => {
  expect(withIceServers(own, PLATFORM)).toEqual(merged);
});
