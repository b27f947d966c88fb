import type { RadistClient } from "@radist-tech/client";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndingTexts, EndReason } from "./ending.ts";

/** A meeting that was joined. */
export interface JoinedMeeting {
  /** Gives the seat back. Never rejects. */
  leave(): Promise<void>;
  /** Frees what the page holds of it. */
  dispose(): void;
}

/** What lets the user in. */
export type Entry = { readonly by: "seat" } | { readonly by: "token"; readonly token: string };

/** The differences between calls and rooms; `MeetingSession` is what they share. */
export interface MeetingKind<Meeting extends JoinedMeeting> {
  readonly name: "call" | "room";
  readonly endings: EndingTexts;
  /** Whether this tab was in the meeting before it was reloaded. */
  hasSeat(): boolean;
  forgetSeat(): void;
  /** What a token is valid for; it changes with the user's name where tokens carry it. */
  tokenKey(): string;
  mintToken(): Promise<string>;
  /** Loads what joining needs, ahead of it. */
  preload(): Promise<void>;
  /** @throws RadistError, BackendError */
  join(
    client: RadistClient,
    entry: Entry,
    devices: DeviceSignals,
    onEnd: (reason: EndReason) => void,
  ): Promise<Meeting>;
}
