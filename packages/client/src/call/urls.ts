import type { P2PFeature } from "@radist-tech/protocol";
import { attemptOf } from "../core/attempts.ts";
import type { ResumeState } from "./types.ts";

export function tokenUrl(apiBase: string, callId: string): string {
  return `${apiBase}/p2p/calls/${encodeURIComponent(callId)}/token`;
}

const FEATURES: readonly P2PFeature[] = ["ice"];

/** How a socket authenticates: by a fresh token, or by what an earlier socket was given. */
export type Credentials = { readonly callToken: string } | ResumeState;

export function socketUrl(apiBase: string, publicKey: string, credentials: Credentials): string {
  const query =
    "callToken" in credentials
      ? { callToken: credentials.callToken, attempt: attemptOf(credentials.callToken) }
      : {
          callId: credentials.callId,
          peerId: credentials.peerId,
          reconnectToken: credentials.reconnectToken,
        };
  return `${apiBase.replace(/^http/, "ws")}/p2p/signaling/ws?${new URLSearchParams({ publicKey, ...query, features: FEATURES.join() })}`;
}
