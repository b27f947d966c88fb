import type { EndingTexts } from "../meeting/ending.ts";

export const CALL_ENDINGS: EndingTexts = {
  left: { title: "You left the call", text: "The other person can stay, and you can come back.", again: "Join again" },
  ended: {
    title: "The call has ended",
    text: "It is over for both of you. Start a new one to keep talking.",
    again: null,
  },
  idle: {
    title: "The call has ended",
    text: "Nobody had been in it for a long time. Start a new one to keep talking.",
    again: null,
  },
  kicked: { title: "You were removed from the call", text: "You can ask for a new link.", again: null },
  full: {
    title: "This call is full",
    text: "A call is for two, and two people are already in it. If you are one of them, in another tab or on another device, leave the call there first.",
    again: "Try again",
  },
  "invalid-link": {
    title: "This link is not valid",
    text: "There is no such call, or it no longer exists. Ask for a new link, or start a call of your own.",
    again: null,
  },
  elsewhere: {
    title: "The call is open in another tab",
    text: "You can be in a call from one tab at a time.",
    again: "Use this tab",
  },
  "away-too-long": {
    title: "You were away for too long",
    text: "Your connection was lost, and your place in the call was given up. You can join again while there is a free place.",
    again: "Join again",
  },
  unsupported: {
    title: "This browser cannot make calls",
    text: "It does not support WebRTC, or WebRTC is switched off. Use a current version of Chrome, Edge, Firefox or Safari.",
    again: null,
  },
  failed: {
    title: "The call was interrupted",
    text: "The connection to the server failed. Your link still works.",
    again: "Join again",
  },
};
