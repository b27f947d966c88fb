import type { Ending, RoomEnding } from "@radist-tech/client";

/** Why the view of a call or a room is over, as people need to know it. */
export type EndReason =
  | "left"
  | "ended"
  | "idle"
  | "kicked"
  | "full"
  | "invalid-link"
  | "elsewhere"
  | "away-too-long"
  | "unsupported"
  | "failed";

/** How an end is explained. */
export interface EndingText {
  readonly title: string;
  readonly text: string;
  /** The label of the button that joins again; null when that cannot help. */
  readonly again: string | null;
}

export type EndingTexts = Readonly<Record<EndReason, EndingText>>;

const BY_SDK_REASON = {
  left: "left",
  kicked: "kicked",
  terminated: "ended",
  idle: "idle",
  superseded: "elsewhere",
  expired: "away-too-long",
} as const satisfies Record<Exclude<(Ending | RoomEnding)["reason"], "failed">, EndReason>;

/** The error codes after which another attempt would end the same way. */
const BY_CODE: Readonly<Record<string, EndReason>> = {
  call_full: "full",
  peers_connected: "full",
  room_full: "full",
  call_terminated: "ended",
  room_terminated: "ended",
  call_not_found: "invalid-link",
  room_not_found: "invalid-link",
  kicked: "kicked",
  invalid_reconnect: "away-too-long",
};

/** What the SDK's `closed` event means here. */
export function endReasonOf({ reason, error }: Ending | RoomEnding): EndReason {
  if (reason !== "failed") return BY_SDK_REASON[reason];
  return endReasonOfCode(error?.code) ?? "failed";
}

/** What a failed attempt to join means; null when trying again may help. */
export const endReasonOfCode = (code: string | undefined): EndReason | null =>
  code !== undefined && Object.hasOwn(BY_CODE, code) ? (BY_CODE[code] ?? null) : null;
