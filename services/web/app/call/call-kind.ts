import { forgetSeat, type RadistClient, RadistError, type ResumeState, storedSeat } from "@radist-tech/client";
import { mintCallToken } from "../backend/backend.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import type { Entry, MeetingKind } from "../meeting/meeting-kind.ts";
import { tabStorage } from "../ui/tab-storage.ts";
import { CALL_ENDINGS } from "./ending-texts.ts";
import { JoinedCall } from "./joined-call.ts";

/** A call for two: a reloaded tab returns as the same peer. */
export class CallKind implements MeetingKind<JoinedCall> {
  readonly name = "call";
  readonly endings = CALL_ENDINGS;
  readonly #callId: string;

  constructor(callId: string) {
    this.#callId = callId;
  }

  hasSeat(): boolean {
    return this.#seat() !== undefined;
  }

  forgetSeat(): void {
    const storage = tabStorage();
    if (storage) forgetSeat(storage, this.#callId);
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
    const resumeStorage = tabStorage();
    const connection = await client.createConnection({
      ...(resumeStorage && { resumeStorage }),
      ...this.#credentials(entry),
      channels: ["audio", "video", "data"],
      localStream: devices.local.stream,
    });
    window.radist = { connection };
    return new JoinedCall(connection, devices, onEnd);
  }

  /** In sessionStorage alone: it is a credential, so it belongs in no address and in nothing that outlives the tab. */
  #seat(): ResumeState | undefined {
    const storage = tabStorage();
    return storage && storedSeat(storage, this.#callId);
  }

  #credentials(entry: Entry) {
    if (entry.by === "token") return { callToken: entry.token };
    const resume = this.#seat();
    // Another tab cleared the storage between two steps.
    if (!resume) throw new RadistError("invalid_reconnect");
    return { resume };
  }
}
