import type { EndingTexts } from "../meeting/ending.ts";

export const ROOM_ENDINGS: EndingTexts = {
  left: { title: "You left the room", text: "The others can stay, and you can come back.", again: "Join again" },
  ended: {
    title: "The room has ended",
    text: "It is over for everyone. Start a new one to keep talking.",
    again: null,
  },
  idle: {
    title: "The room has ended",
    text: "Nobody had been in it for a long time. Start a new one to keep talking.",
    again: null,
  },
  kicked: {
    title: "You were removed from the room",
    text: "The host removed you. If this was a mistake, ask them before you join again.",
    again: "Join again",
  },
  full: {
    title: "This room is full",
    text: "There is no free place in it. Try again when someone has left.",
    again: "Try again",
  },
  "invalid-link": {
    title: "This link is not valid",
    text: "There is no such room, or it no longer exists. Ask for a new link, or start a room of your own.",
    again: null,
  },
  elsewhere: {
    title: "The room is open in another tab",
    text: "You can be in a room from one tab at a time.",
    again: "Use this tab",
  },
  "away-too-long": {
    title: "You were away for too long",
    text: "Your connection was lost, and your place in the room was given up. You can join again.",
    again: "Join again",
  },
  unsupported: {
    title: "This browser cannot join rooms",
    text: "It does not support WebRTC, or WebRTC is switched off. Use a current version of Chrome, Edge, Firefox or Safari.",
    again: null,
  },
  failed: {
    title: "You were disconnected",
    text: "The connection to the server failed. Your link still works.",
    again: "Join again",
  },
};
