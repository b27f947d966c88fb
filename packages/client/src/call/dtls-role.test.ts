import { expect, test } from "vitest";
import { keepDtlsRole } from "./dtls-role.ts";

const description = (setup: string) => ({
  sdp: `v=0\r\nm=audio\r\na=setup:${setup}\r\nm=video\r\na=setup:${setup}\r\n`,
});
const OFFER = description("actpass");

test("the first offer leaves the role to the other side", () => {
  const peer = { currentLocalDescription: null, currentRemoteDescription: null };
  expect(keepDtlsRole(OFFER.sdp, peer)).toBe(OFFER.sdp);
});

test.each([
  ["who answered before keeps what it chose", "passive", "actpass", "passive"],
  ["who answered before keeps what it chose", "active", "actpass", "active"],
  ["who offered before is what the answer left", "actpass", "active", "passive"],
  ["who offered before is what the answer left", "actpass", "passive", "active"],
  ["an offer that had a role already changes nothing", "active", "passive", "active"],
])("%s: own %s, the other's %s", (_, local, remote, role) => {
  const peer = { currentLocalDescription: description(local), currentRemoteDescription: description(remote) };
  expect(keepDtlsRole(OFFER.sdp, peer)).toBe(description(role).sdp);
});
