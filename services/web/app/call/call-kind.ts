import { type RadistClient, RadistError } from "@radist-tech/client";
import { mintCallToken } from "../backend/backend.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import type { Entry, MeetingKind } from "../meeting/meeting-kind.ts";
import { CALL_ENDINGS } from "./ending-texts.ts";
import { JoinedCall } from "./joined-call.ts";
import { forgetResume, loadResume } from "./resume-store.ts";

/** A call for two: a reloaded tab returns as the same peer. */
export class CallKind implements MeetingKind<JoinedCall> {
  readonly name = "call";
  readonly endings = CALL_ENDINGS;
  readonly #callId: string;

  constructor(callId: string) {
    this.#callId = callId;
  }

  hasSeat(): boolean {
    return loadResume(this.#callId) !== null;
  }

  forgetSeat(): void {
    forgetResume(this.#callId);
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
      ...this.#credentials(entry),
      channels: ["audio", "video", "data"],
      localStream: devices.local.stream,
    });
    window.radist = { connection };
    return new JoinedCall(connection, devices, onEnd);
  }

  #credentials(entry: Entry) {
    if (entry.by === "token") return { callToken: entry.token };
    const resume = loadResume(this.#callId);
    // Another tab cleared the storage between two steps.
    if (!resume) throw new RadistError("invalid_reconnect");
    return { resume };
  }
}
