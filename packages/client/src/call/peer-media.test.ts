import { expect, test } from "vitest";
import { readPeerMedia } from "./peer-media.ts";

const MEDIA = { isMuted: true, isCameraOff: false, isSharingScreen: true };

test.each(["offer", "answer", "media-state"])("%s carries it", (signalType) => {
  expect(readPeerMedia(signalType, { sdp: "", media: MEDIA })).toEqual(MEDIA);
});

test.each([
  ["a signal of another kind", "ice-candidate", { media: MEDIA }],
  ["a peer that says nothing", "offer", { sdp: "" }],
  ["nonsense", "media-state", null],
  ["more nonsense", "media-state", { media: "loud" }],
])("%s has none", (_, signalType, payload) => {
  expect(readPeerMedia(signalType, payload)).toBeUndefined();
});

test("what is unreadable counts as off", () => {
  expect(readPeerMedia("media-state", { media: { isMuted: "yes" } })).toEqual({
    isMuted: false,
    isCameraOff: false,
    isSharingScreen: false,
  });
});
