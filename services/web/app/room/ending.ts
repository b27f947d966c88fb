import type { RoomEnding } from "@radist-tech/client";
import type { OverText } from "../meeting/ended-view.tsx";

/** Why the view of a room is over, as people need to know it. */
export type Over =
  | "left"
  | "ended"
  | "kicked"
  | "full"
  | "invalid-link"
  | "elsewhere"
  | "away-too-long"
  | "unsupported"
  | "failed";

/** What the platform's word for an end means here. */
export function overOf(ending: RoomEnding): Over {
  switch (ending.reason) {
    case "left":
      return "left";
    case "kicked":
      return "kicked";
    case "terminated":
      return "ended";
    case "superseded":
      return "elsewhere";
    case "expired":
      return "away-too-long";
    case "failed":
      return overOfCode(ending.error?.code) ?? "failed";
  }
}

/** What a failed attempt to join means; null when trying again may help. */
export function overOfCode(code: string | undefined): Over | null {
  switch (code) {
    case "room_full":
      return "full";
    case "room_terminated":
      return "ended";
    case "room_not_found":
      return "invalid-link";
    case "kicked":
      return "kicked";
    case "invalid_reconnect":
      return "away-too-long";
    default:
      return null;
  }
}

export const OVER_TEXTS: Readonly<Record<Over, OverText>> = {
  left: { title: "You left the room", text: "The others can stay, and you can come back.", again: "Join again" },
  ended: {
    title: "The room has ended",
    text: "It is over for everybody. Start a new one to go on talking.",
    again: null,
  },
  kicked: {
    title: "You were removed from the room",
    text: "Whoever runs it took you out. If that was a mistake, ask them before you join again.",
    again: "Join again",
  },
  full: {
    title: "This room is full",
    text: "All places in it are taken. Try again when somebody has left.",
    again: "Try again",
  },
  "invalid-link": {
    title: "This link is no longer valid",
    text: "There is no such room. Ask for a new link, or start a room of your own.",
    again: null,
  },
  elsewhere: {
    title: "The room goes on in another tab",
    text: "You opened it there, and a place can be used from one tab at a time.",
    again: "Use this tab",
  },
  "away-too-long": {
    title: "You were away for too long",
    text: "Your connection was lost, and your place was not kept any longer. You can join again.",
    again: "Join again",
  },
  unsupported: {
    title: "This browser cannot join rooms",
    text: "It lacks WebRTC, or has it switched off. A current Chrome, Edge, Firefox or Safari can.",
    again: null,
  },
  failed: {
    title: "The room cannot go on for you",
    text: "Something went wrong on the way to the server. Your link still works.",
    again: "Join again",
  },
};
