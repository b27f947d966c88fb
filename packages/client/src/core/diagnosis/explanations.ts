import type { PathFailureReason } from "./types.ts";

export interface Explanation {
  readonly summary: string;
  readonly advice: readonly string[];
}

const OTHER_NETWORK =
  "Try another network: a phone's mobile data instead of the company's or hotel's Wi-Fi, for example.";
const NO_VPN = "Switch off a VPN, or try with one if you use none.";
const ASK_FOR_PORTS =
  "Ask who runs your network to let UDP out, or TCP port 443 to the servers that are listed in the details.";
const TELL_OPERATOR = "Tell the people who run this service: only they can repair it. The details help them.";
const RELOAD = "Reload the page.";
const OTHER_SIDE = "Ask the other person to reload the page, and to try another network or switch off a VPN.";

/** Every reason in plain words, and what users can do about it, best first. */
export const EXPLANATIONS: Readonly<Record<PathFailureReason, Explanation>> = {
  offline: {
    summary: "Your device has lost its connection to the service.",
    advice: ["Check that you are online.", OTHER_NETWORK],
  },
  no_candidates: {
    summary: "Your browser does not offer any address for sound and video.",
    advice: [
      "Switch off browser extensions that block WebRTC, or try a private window or another browser.",
      "Check that you are online.",
      NO_VPN,
    ],
  },
  no_remote_candidates: {
    summary: "The other side does not offer any address for sound and video.",
    advice: [OTHER_SIDE],
  },
  turn_unreachable: {
    summary: "Your network blocks the direct path, and the relay server (TURN) cannot be reached either.",
    advice: [OTHER_NETWORK, NO_VPN, ASK_FOR_PORTS],
  },
  turn_unauthorized: {
    summary: "The direct path is blocked, and the relay server (TURN) does not accept the credentials of this service.",
    advice: [RELOAD, TELL_OPERATOR, OTHER_NETWORK],
  },
  turn_refused: {
    summary: "The direct path is blocked, and the relay server (TURN) refuses to relay. It may be at its limit.",
    advice: ["Wait a minute, and reload the page.", TELL_OPERATOR, OTHER_NETWORK],
  },
  relay_failed: {
    summary: "The relay server (TURN) is ready, but nothing comes back through it.",
    advice: [OTHER_SIDE, OTHER_NETWORK, TELL_OPERATOR],
  },
  udp_blocked: {
    summary: "Your network seems to block UDP, which direct connections need, and there is no relay server (TURN).",
    advice: [OTHER_NETWORK, NO_VPN, "Ask who runs your network to let UDP out."],
  },
  no_relay: {
    summary: "The two networks do not let a direct connection through, and there is no relay server (TURN).",
    advice: [
      OTHER_NETWORK,
      "Connect both devices to the same network.",
      "Tell the people who run this service that it has no TURN server.",
    ],
  },
  server_unreachable: {
    summary: "The media server does not answer, neither by UDP nor by TCP. Your network may block it.",
    advice: [OTHER_NETWORK, NO_VPN, TELL_OPERATOR],
  },
  dtls_failed: {
    summary: "There is a path, but no encryption could be agreed on. Something in between interferes with it.",
    advice: [RELOAD, NO_VPN, OTHER_NETWORK],
  },
  path_lost: {
    summary: "Sound and video got through, and do not any more.",
    advice: ["Check that you are online, and move closer to the Wi-Fi router if you use one.", OTHER_SIDE, RELOAD],
  },
};

/** What there is to say without a failure. */
export const NO_FAILURE = {
  connected: "Sound and video get through.",
  connecting: "A path for sound and video is still being looked for.",
  idle: "Nobody needs a path for sound and video at the moment.",
} as const;
