import { ERRORS } from "@radist-tech/protocol/errors";
import { invalidArgument } from "./arguments.ts";
import { RadistServerError } from "./error.ts";

export const callPath = (callId: string): string => `/calls/${id("callId", callId, "call_not_found")}`;
export const roomPath = (roomId: string): string => `/rooms/${id("roomId", roomId, "room_not_found")}`;
export const participantPath = (roomId: string, peerId: string): string =>
  `${roomPath(roomId)}/participants/${id("peerId", peerId, "participant_not_found")}`;

/** A path with those parameters that are set. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set).toString()}`;
}

/** Refuses what cannot be an id before it is sent: `..` would lead out of the path, an empty one to the list. */
function id(name: string, text: unknown, code: "call_not_found" | "room_not_found" | "participant_not_found"): string {
  // In a template, undefined would be an id like any other.
  if (typeof text !== "string") throw invalidArgument(`${name} is missing: pass its text.`);
  if (/^[0-9A-Za-z_-]+$/.test(text)) return text;
  throw new RadistServerError(ERRORS[code].message, { code, retryable: false });
}
