import type { ConnectionEvents } from "@radist-tech/client";
import { afterEach, expect, test, vi } from "vitest";
import { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import { announced } from "../ui/announcer.tsx";
import { setOwnName } from "../ui/name.ts";
import { type CallConnection, JoinedCall } from "./joined-call.ts";

const calls: JoinedCall[] = [];
afterEach(() => {
  for (const call of calls.splice(0)) call.dispose();
});

function joined() {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const sent: unknown[] = [];
  const peers: { peerId: string; status: "connected" | "disconnected"; updatedAt: string }[] = [];
  const connection: CallConnection = {
    on: ((name: string, listener: (payload: never) => void) => {
      const all = listeners.get(name) ?? new Set();
      listeners.set(name, all.add(listener));
      return () => void all.delete(listener);
    }) as CallConnection["on"],
    call: { callId: "c1", createdAt: "", updatedAt: "", peers } as unknown as CallConnection["call"],
    localStream: undefined,
    replaceTrack: async () => {},
    setMicrophone: () => {},
    shareScreen: async () => ({}) as MediaStream,
    stopSharing: async () => {},
    send: async (data) => void sent.push(data),
    sendFile: async () => {},
    getStats: async () => undefined,
    getSafetyNumber: async () => undefined,
    diagnose: () => Promise.reject(new Error("Nothing to diagnose.")),
    leave: async () => {},
  };
  const ends: EndReason[] = [];
  const call = new JoinedCall(connection, new DeviceSignals(), (reason) => ends.push(reason));
  calls.push(call);
  const emit = <Name extends keyof ConnectionEvents>(name: Name, payload: ConnectionEvents[Name]): void => {
    for (const listener of listeners.get(name) ?? []) listener(payload as never);
  };
  const count = () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0);
  return { call, emit, sent, peers, ends, count };
}

const presence = (name: string) => ({ type: "presence", name, muted: false, camera: true, screen: false });

test("the other peer comes, says their name, loses the connection, comes back and leaves", () => {
  const { call, emit } = joined();
  const { peer } = call;
  const said: string[] = [];
  const note = () => said.push(`${peer.status.value.at}: ${announced().trim()}`);
  emit("peerjoined", { peerId: "p2" });
  note();
  emit("message", { type: "json", data: presence("Ada"), text: "" });
  emit("peerleft", { peerId: "p2", reason: "disconnected" });
  note();
  emit("peerreconnected", { peerId: "p2" });
  note();
  emit("peerleft", { peerId: "p2", reason: "left" });
  note();
  expect(said).toEqual([
    "present: The other person is here.",
    "away: Ada lost the connection. Waiting for them to come back.",
    "present: Ada is back.",
    "gone: Ada left the call.",
  ]);
});

test("a peer who was disconnected when this page came is waited for", () => {
  const { call, emit, peers } = joined();
  peers.push({ peerId: "p2", status: "disconnected", updatedAt: "" });
  emit("peerjoined", { peerId: "p2" });
  expect(call.peer.status.value).toEqual({ at: "away" });
});

test("the socket and the path are shown apart", () => {
  const { call, emit } = joined();
  emit("statechange", { signaling: "reconnecting", media: "connected" });
  expect([call.signaling.value, call.path.value]).toEqual(["reconnecting", "connected"]);
  expect(announced().trim()).toBe("Connection lost. Reconnecting.");
  emit("statechange", { signaling: "connected", media: "connected" });
  expect(call.signaling.value).toBe("connected");
  expect(announced().trim()).toBe("You are connected again.");
});

test("the other page learns this one's state when the channel opens, and at each change while it is open", async () => {
  const { emit, sent } = joined();
  setOwnName("Grace");
  expect(sent).toEqual([]);
  emit("datachannelopen", { label: "radist-data" });
  expect(sent.at(-1)).toMatchObject({ type: "presence", name: "Grace", muted: true, camera: false, screen: false });
  emit("screenshare", { active: true, stream: undefined });
  expect(sent.at(-1)).toMatchObject({ screen: true });
  emit("datachannelclose", { label: "radist-data" });
  const { length } = sent;
  setOwnName("Ada");
  expect(sent).toHaveLength(length);
});

test("messages go out while the channel is open, and come in", async () => {
  const { call, emit, sent } = joined();
  emit("datachannelopen", { label: "radist-data" });
  await call.conversation.write("Hello");
  expect(sent.at(-1)).toEqual({ type: "text", text: "Hello" });
  emit("message", { type: "json", data: { type: "text", text: "Hi" }, text: "" });
  emit("message", { type: "text", text: "plain" });
  expect(call.conversation.entries.value.map((entry) => "text" in entry && entry.text)).toEqual([
    "Hello",
    "Hi",
    "plain",
  ]);
});

test("the end has a reason, and nothing is heard of the connection once the call is disposed of", () => {
  const { call, emit, ends, count } = joined();
  emit("closed", { reason: "terminated" });
  expect(ends).toEqual(["ended"]);
  call.dispose();
  expect(count()).toBe(0);
});

test("errors on the way are for the console", () => {
  const warn = vi.spyOn(console, "warn").mockReturnValue();
  const { emit } = joined();
  emit("error", { code: "rate_limited", message: "Too fast." } as ConnectionEvents["error"]);
  expect(warn).toHaveBeenCalledWith("Radist:", "rate_limited", "Too fast.");
  warn.mockRestore();
});
