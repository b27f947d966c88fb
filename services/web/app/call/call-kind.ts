import { type RadistClient, storedSeat } from "@radist-tech/client";
import { mintCallToken } from "../backend/backend.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import type { Entry, MeetingKind } from "../meeting/meeting-kind.ts";
import { TabSeat } from "../meeting/tab-seat.ts";
import { CALL_ENDINGS } from "./ending-texts.ts";
import { JoinedCall } from "./joined-call.ts";

/** A call for two: a reloaded tab returns as the same peer. */
export class CallKind implements MeetingKind<JoinedCall> {
  readonly name = "call";
  readonly endings = CALL_ENDINGS;
  readonly #callId: string;
  readonly #seat;

  constructor(callId: string) {
    this.#callId = callId;
    this.#seat = new TabSeat(callId, storedSeat);
  }

  hasSeat(): boolean {
    return this.#seat.isHeld;
  }

  forgetSeat(): void {
    this.#seat.forget();
  }

  tokenKey(): string {
    return this.#callId;
  }

  mintToken(): Promise<string> {
    return mintCallToken(this.#callId);
  }

  preload(): Promise<void> {
    return Promise.resolve();
  }

  async join(
    client: RadistClient,
    entry: Entry,
    devices: DeviceSignals,
    onEnd: (reason: EndReason) => void,
  ): Promise<JoinedCall> {
    const connection = await client.createConnection({
      ...this.#seat.storage,
      ...(entry.by === "token" ? { callToken: entry.token } : { resume: this.#seat.read() }),
      channels: ["audio", "video", "data"],
      localStream: devices.local.stream,
    });
    window.radist = { connection };
    return new JoinedCall(connection, devices, onEnd);
  }
}
