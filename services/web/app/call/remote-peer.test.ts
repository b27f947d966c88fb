import { expect, test } from "vitest";
import { RemotePeer } from "./remote-peer.ts";

test("a new peer is assumed to be seen and heard until their page says otherwise", () => {
  const peer = new RemotePeer();
  expect(peer.status.value).toEqual({ at: "absent" });
  peer.joined(true);
  expect(peer.status.value).toEqual({ at: "present" });
  expect(peer.presence.value).toEqual({ name: "", muted: false, camera: true, screen: false });
  expect(peer.name).toBe("The other person");
});

test("the name survives a lost connection, and is not passed on to another peer", () => {
  const peer = new RemotePeer();
  peer.joined(true);
  peer.presence.value = { name: "Ada", muted: true, camera: true, screen: false };
  peer.disconnected();
  expect([peer.status.value.at, peer.name]).toEqual(["away", "Ada"]);
  peer.reconnected();
  expect([peer.status.value.at, peer.name]).toEqual(["present", "Ada"]);
  peer.joined(false);
  expect([peer.status.value.at, peer.name]).toEqual(["away", "The other person"]);
});

test("a peer who is gone leaves no video, and keeps the name for the notice", () => {
  const peer = new RemotePeer();
  peer.joined(true);
  peer.presence.value = { name: "Ada", muted: false, camera: true, screen: false };
  peer.stream.value = {} as MediaStream;
  peer.gone("expired");
  expect(peer.status.value).toEqual({ at: "gone", how: "expired" });
  expect([peer.stream.value, peer.name]).toEqual([null, "Ada"]);
});
