import type { Ending } from "@radist-tech/client";
import type { OverText } from "./ended-view.tsx";

/** Why the view of a call is over, as people need to know it. */
export type Over =
  | "left"
  | "ended"
  | "idle"
  | "full"
  | "invalid-link"
  | "elsewhere"
  | "away-too-long"
  | "unsupported"
  | "failed";

/** What the platform's word for an end means here. */
export function overOf(ending: Ending): Over {
  switch (ending.reason) {
    case "left":
      return "left";
    case "terminated":
      return "ended";
    case "idle":
      return "idle";
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
    case "call_full":
    case "peers_connected":
      return "full";
    case "call_terminated":
      return "ended";
    case "call_not_found":
      return "invalid-link";
    case "invalid_reconnect":
      return "away-too-long";
    default:
      return null;
  }
}

export const OVER_TEXTS: Readonly<Record<Over, OverText>> = {
  left: { title: "You left the call", text: "The other person can stay, and you can come back.", again: "Join again" },
  ended: {
    title: "The call has ended",
    text: "It is over for both of you. Start a new one to go on talking.",
    again: null,
  },
  idle: {
    title: "The call has ended",
    text: "Nobody was in it for a long time. Start a new one to go on talking.",
    again: null,
  },
  full: {
    title: "This call is full",
    text: "Two people are in it already, and a call has two seats. If one of them is you, in another tab or on another device, leave there first.",
    again: "Try again",
  },
  "invalid-link": {
    title: "This link is no longer valid",
    text: "There is no such call. Ask for a new link, or start a call of your own.",
    again: null,
  },
  elsewhere: {
    title: "The call goes on in another tab",
    text: "You opened it there, and a seat can be used from one place at a time.",
    again: "Use this tab",
  },
  "away-too-long": {
    title: "You were away for too long",
    text: "Your connection was lost, and your seat was not kept any longer. You can join again while there is room.",
    again: "Join again",
  },
  unsupported: {
    title: "This browser cannot make calls",
    text: "It lacks WebRTC, or has it switched off. A current Chrome, Edge, Firefox or Safari can.",
    again: null,
  },
  failed: {
    title: "The call cannot go on",
    text: "Something went wrong on the way to the server. Your link still works.",
    again: "Join again",
  },
};
