import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchIce } from "./ice-watch.ts";

const RECOVERY_MS = 3_000;
const START_MS = 5_000;

/** The states of an RTCPeerConnection that are watched. */
class PeerModel extends EventTarget {
  iceConnectionState: RTCIceConnectionState = "new";
  connectionState: RTCPeerConnectionState = "new";
  dtlsState: RTCDtlsTransportState = "new";
  sctp: unknown = null;

  getSenders(): unknown[] {
    return [{ transport: null }, { transport: { state: this.dtlsState } }];
  }

  ice(state: RTCIceConnectionState): void {
    this.iceConnectionState = state;
    this.dispatchEvent(new Event("iceconnectionstatechange"));
  }

  connection(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

function watch() {
  const peer = new PeerModel();
  const seen: string[] = [];
  const stop = watchIce(peer as unknown as RTCPeerConnection, {
    pathLost: () => seen.push("path lost"),
    broken: () => seen.push("broken"),
  });
  return { peer, seen, stop };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test("a session without any path to check has lost its candidates", () => {
  const { seen } = watch();
  vi.advanceTimersByTime(START_MS - 1);
  expect(seen).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(seen).toEqual(["path lost"]);
});

test("a session that is checking paths is not interrupted", () => {
  const { peer, seen } = watch();
  peer.ice("checking");
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual([]);
});

test("a path that fails is lost at once", () => {
  const { peer, seen } = watch();
  peer.ice("failed");
  expect(seen).toEqual(["path lost"]);
});

test.each([
  ["recovers in time", RECOVERY_MS - 1, []],
  ["does not recover in time", RECOVERY_MS, ["path lost"]],
])("a disconnected path that %s", (_, afterMs, expected) => {
  const { peer, seen } = watch();
  peer.ice("connected");
  peer.ice("disconnected");
  vi.advanceTimersByTime(afterMs);
  peer.ice("connected");
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual(expected);
});

test.each([
  ["failed", "connected", []],
  ["failed", "failed", ["broken"]],
  ["connected", "failed", []],
] as const)("a connection that is %s with DTLS %s", (state, dtls, expected) => {
  const { peer, seen } = watch();
  peer.ice("connected");
  peer.dtlsState = dtls;
  peer.connection(state);
  expect(seen).toEqual(expected);
});

test("a session without media is broken by its data channel's transport", () => {
  const { peer, seen } = watch();
  peer.sctp = { transport: { state: "failed" } };
  peer.connection("failed");
  expect(seen).toEqual(["broken"]);
});

test("stops", () => {
  const { peer, seen, stop } = watch();
  stop();
  peer.dtlsState = "failed";
  peer.ice("failed");
  peer.connection("failed");
  vi.advanceTimersByTime(60_000);
  expect(seen).toEqual([]);
});
