import type { types } from "mediasoup-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import type { RoomRequest } from "../signaling/requests.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import { IceRepair, type RepairableSession } from "./ice-repair.ts";

/** A transport whose state the test sets. */
class TransportModel {
  readonly id: string;
  connectionState: types.ConnectionState = "new";
  readonly applied: unknown[] = [];
  readonly #listeners = new Map<string, () => void>();

  constructor(id: string) {
    this.id = id;
  }

  on(event: "connectionstatechange" | "connect", listener: () => void): void {
    this.#listeners.set(event, listener);
  }

  /** Something is to be sent or received. */
  connects(): void {
    this.#listeners.get("connect")?.();
  }

  async restartIce({ iceParameters }: { iceParameters: types.IceParameters }): Promise<void> {
    this.applied.push(iceParameters);
  }

  becomes(state: types.ConnectionState): void {
    this.connectionState = state;
    this.#listeners.get("connectionstatechange")?.();
  }
}

const RECOVERY_MS = 3_000;
const RESTART_MS = 5_000;
const PARAMETERS = { usernameFragment: "u", password: "p" };

function session(answer: () => unknown = () => ({ iceParameters: PARAMETERS })) {
  const send = new TransportModel("send");
  const recv = new TransportModel("recv");
  const restarts: string[] = [];
  const failures: unknown[] = [];
  const seen = { nudges: 0, changes: 0 };
  const latch = new Latch<RepairableSession>();
  const own = { send, recv };
  latch.open(own);
  const request = async (asked: RoomRequest) => {
    if (asked.type === "restart-ice") restarts.push(asked.transportId);
    return answer();
  };
  const socket = { nudge: () => void seen.nudges++, request: request as RoomSocket["request"] };
  const repair = new IceRepair(own, socket, latch, {
    changed: () => void seen.changes++,
    failed: (error) => failures.push(error),
  });
  return { send, recv, latch, repair, restarts, failures, seen, own };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test("a path that broke is broken until it is connected, not only until ICE tries again", () => {
  const { send, recv, repair } = session();
  expect([repair.state, repair.isBroken]).toEqual(["new", false]);
  send.becomes("connecting");
  expect([repair.state, repair.isBroken]).toEqual(["connecting", false]);
  send.becomes("connected");
  recv.becomes("connecting");
  expect([repair.state, repair.isBroken]).toEqual(["connecting", false]);
  send.becomes("failed");
  expect([repair.state, repair.isBroken]).toEqual(["failed", true]);
  send.becomes("connecting");
  expect([repair.state, repair.isBroken]).toEqual(["connecting", true]);
  send.becomes("connected");
  recv.becomes("connected");
  expect([repair.state, repair.isBroken]).toEqual(["connected", false]);
});

test("a transport that is used and finds no candidate is connecting", () => {
  const { send, repair, seen } = session();
  send.connects();
  expect([repair.state, seen.changes]).toEqual(["connecting", 1]);
});

test("a path that recovers by itself in time is left alone", async () => {
  const { send, repair, restarts } = session();
  send.becomes("connected");
  send.becomes("disconnected");
  expect(repair.isBroken).toBe(true);
  await vi.advanceTimersByTimeAsync(RECOVERY_MS - 1);
  send.becomes("connected");
  await vi.advanceTimersByTimeAsync(60_000);
  expect([restarts, repair.isBroken]).toEqual([[], false]);
});

test("a path that does not recover is restarted with the platform's parameters", async () => {
  const { send, recv, restarts } = session();
  send.becomes("connected");
  recv.becomes("connected");
  send.becomes("disconnected");
  await vi.advanceTimersByTimeAsync(RECOVERY_MS);
  expect([restarts, send.applied, recv.applied]).toEqual([["send"], [PARAMETERS], []]);
});

test("a restart without success is repeated until there is a path", async () => {
  const { send, restarts } = session();
  send.becomes("connected");
  send.becomes("disconnected");
  await vi.advanceTimersByTimeAsync(RECOVERY_MS + 2 * RESTART_MS);
  expect(restarts).toEqual(["send", "send", "send"]);
  send.becomes("connected");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(restarts).toHaveLength(3);
});

test("a path that fails is restarted after a delay that grows until it works again", async () => {
  const { send, restarts } = session();
  send.becomes("connected");
  for (const [count, delayMs] of [125, 250, 500].entries()) {
    send.becomes("failed");
    await vi.advanceTimersByTimeAsync(delayMs - 1);
    expect(restarts).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(1);
    expect(restarts).toHaveLength(count + 1);
  }
  send.becomes("connected");
  send.becomes("failed");
  await vi.advanceTimersByTimeAsync(125);
  expect(restarts).toHaveLength(4);
});

test("a broken path makes the socket be checked", () => {
  const { send, seen } = session();
  send.becomes("connecting");
  send.becomes("connected");
  expect(seen).toEqual({ nudges: 0, changes: 2 });
  send.becomes("disconnected");
  send.becomes("failed");
  expect(seen).toEqual({ nudges: 2, changes: 4 });
});

describe("without the platform", () => {
  test("nothing is restarted until the platform can be reached again", async () => {
    const { send, recv, latch, repair, restarts, own } = session();
    recv.becomes("connected");
    send.becomes("connected");
    latch.close();
    send.becomes("failed");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(restarts).toEqual([]);
    latch.open(own);
    repair.resumed();
    await vi.advanceTimersByTimeAsync(0);
    expect(restarts).toEqual(["send"]);
  });

  test("a restart that was lost with the socket is no failure", async () => {
    const { send, failures } = session(() => {
      throw new ConnectionLost();
    });
    send.becomes("failed");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(failures).toEqual([]);
  });
});

test("a restart that the platform refuses is reported, and tried again", async () => {
  const refusal = new RadistError("transport_not_found");
  const { send, restarts, failures } = session(() => {
    throw refusal;
  });
  send.becomes("failed");
  await vi.advanceTimersByTimeAsync(125);
  expect(failures).toEqual([refusal]);
  await vi.advanceTimersByTimeAsync(RESTART_MS);
  expect(restarts).toHaveLength(2);
});

test("another network means other paths, except on transports without one", async () => {
  const { send, repair, restarts } = session();
  send.becomes("connected");
  repair.networkChanged();
  await vi.advanceTimersByTimeAsync(0);
  expect(restarts).toEqual(["send"]);
});

test("a session that was replaced restarts nothing", async () => {
  const { send, latch, repair, restarts } = session();
  send.becomes("connected");
  latch.open({ send: new TransportModel("next"), recv: new TransportModel("next") });
  repair.networkChanged();
  await vi.advanceTimersByTimeAsync(0);
  expect(restarts).toEqual([]);
});

test("does nothing after its end", async () => {
  const { send, repair, restarts, seen } = session();
  send.becomes("connected");
  send.becomes("disconnected");
  const before = { ...seen };
  repair.close();
  send.becomes("failed");
  repair.networkChanged();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([restarts, seen]).toEqual([[], before]);
});
