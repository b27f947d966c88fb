import type { RemoteTrack, RoomParticipant, RoomSource } from "@radist-tech/client";
import { expect, test } from "vitest";
import { RemoteParticipant } from "./participant.ts";

const track = (source: RoomSource, isMuted = false): RemoteTrack => ({
  id: "t1",
  peerId: "p1",
  source,
  kind: source === "microphone" || source === "screen-audio" ? "audio" : "video",
  stream: {} as MediaStream,
  isMuted,
  layers: undefined,
  score: 7,
  getStats: () => Promise.resolve(undefined),
});

const participant = (...tracks: RemoteTrack[]): RoomParticipant => ({
  peerId: "p1",
  identity: undefined,
  name: "Ada",
  metadata: undefined,
  isConnected: true,
  tracks: new Map(tracks.map((each) => [each.source, each])),
});

/** What is shown of them, in one line. */
function shown(...tracks: RemoteTrack[]) {
  const { camera, screen, sounds, isSilent } = new RemoteParticipant(participant(...tracks)).state.value;
  const names = [camera?.track.source, screen?.track.source, ...sounds.map(({ source }) => source)];
  return `${names.map((name) => name ?? "-").join(" ")}${isSilent ? " silent" : ""}`;
}

test.each<[string, RemoteTrack[], string]>([
  ["nothing", [], "- - silent"],
  ["a camera and a microphone", [track("camera"), track("microphone")], "camera - microphone"],
  ["a camera that is off", [track("camera", true), track("microphone")], "- - microphone"],
  ["a microphone that is muted", [track("camera"), track("microphone", true)], "camera - microphone silent"],
  ["a screen with its sound", [track("screen"), track("screen-audio")], "- screen screen-audio silent"],
  ["a screen next to the camera", [track("screen"), track("camera"), track("microphone")], "camera screen microphone"],
  ["the second camera while the first is off", [track("camera", true), track("camera-2")], "camera-2 - silent"],
])("%s", (_what, tracks, expected) => {
  expect(shown(...tracks)).toBe(expected);
});

test("a change is shown when it is reported", () => {
  const ada = participant(track("camera"));
  const shownAda = new RemoteParticipant(ada);
  Object.assign(ada, { isConnected: false, tracks: new Map() });
  expect(shownAda.state.value.isConnected).toBe(true);
  shownAda.refresh();
  expect(shownAda.state.value).toMatchObject({ isConnected: false, camera: undefined });
});

test("a participant without a name is a guest", () => {
  expect(new RemoteParticipant({ ...participant(), name: undefined }).name).toBe("Guest");
});
