import type { RoomMediaState, RoomState } from "@radist-tech/client";
import { expect, test } from "vitest";
import { roomStatus } from "./room-status.ts";

test.each<[string, RoomState, RoomMediaState, string, string]>([
  ["joining", "connecting", "new", "waiting", "Connecting…"],
  ["alone and silent", "connected", "new", "good", "Connected"],
  ["the first attempt", "connected", "connecting", "waiting", "Connecting…"],
  ["media flows", "connected", "connected", "good", "Connected"],
  ["the path broke", "reconnecting", "disconnected", "trouble", "Reconnecting…"],
  ["the path is being restored", "reconnecting", "connecting", "trouble", "Reconnecting…"],
  ["the socket is lost", "reconnecting", "connected", "trouble", "Reconnecting…"],
  ["there is no path", "reconnecting", "failed", "trouble", "No sound or video"],
])("%s", (_what, state, media, tone, text) => {
  expect(roomStatus(state, media, null)).toMatchObject({ tone, text });
});
