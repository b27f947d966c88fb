import { z } from "zod";
import {
  Attempt,
  featureList,
  IceServer,
  IceServersMessage,
  Instant,
  Json,
  Ping,
  Pong,
  ProtocolError,
  RequestId,
} from "./common.ts";
import { CallToken, PublicKey, ReconnectToken } from "./credentials.ts";
import { Accepts, IceFailure } from "./ice-failure.ts";
import { CallId, PeerId } from "./ids.ts";

/** Path of the P2P signaling WebSocket. */
export const P2P_SOCKET_PATH = "/api/v1/p2p/signaling/ws";

// ── Opening ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What a client can ask to be told beyond the contract's own messages. */
export const P2P_FEATURES = ["ice"] as const;
export type P2PFeature = (typeof P2P_FEATURES)[number];

const features = featureList(P2P_FEATURES);

/** Query of a first connection. */
export const JoinQuery = z.object({
  publicKey: PublicKey,
  callToken: CallToken,
  attempt: Attempt.optional(),
  features,
});

/** Query of a reconnection. */
export const ReconnectQuery = z.object({
  publicKey: PublicKey,
  callId: CallId,
  peerId: PeerId,
  reconnectToken: ReconnectToken,
  features,
});

// ── Client → server ──────────────────────────────────────────────────────────────────────────────────────────────────

export const SignalType = z
  .string()
  .regex(/^[a-zA-Z0-9_.:-]{1,64}$/)
  .meta({ id: "SignalType", description: "An opaque name; the SDK sends offer, answer and ice-candidate." });
export type SignalType = z.infer<typeof SignalType>;

export const Signal = z
  .object({
    type: z.literal("signal"),
    targetPeerId: PeerId,
    signalType: SignalType,
    payload: Json.optional(),
    requestId: RequestId.optional(),
  })
  .meta({ id: "Signal", description: "Forward an offer, an answer or a candidate to the other peer." });

export const Leave = z
  .object({ type: z.literal("leave"), requestId: RequestId.optional() })
  .meta({ id: "Leave", description: "Leave the call for good." });

export const P2PClientMessage = z.discriminatedUnion("type", [Signal, Leave, IceFailure, Ping]);
export type P2PClientMessage = z.infer<typeof P2PClientMessage>;

// ── Server → client ──────────────────────────────────────────────────────────────────────────────────────────────────

export const PeerStatus = z.enum(["connected", "disconnected"]).meta({ id: "PeerStatus" });
export type PeerStatus = z.infer<typeof PeerStatus>;

export const CallSnapshot = z
  .object({
    callId: CallId,
    createdAt: Instant,
    updatedAt: Instant,
    peers: z.array(z.object({ peerId: PeerId, status: PeerStatus, updatedAt: Instant })).max(2),
  })
  .meta({ id: "CallSnapshot", description: "Who holds the two seats of a call." });
export type CallSnapshot = z.infer<typeof CallSnapshot>;

/** Why the other peer is not there. */
export const PeerLeftReason = z.enum(["left", "disconnected", "expired"]).meta({ id: "PeerLeftReason" });
export type PeerLeftReason = z.infer<typeof PeerLeftReason>;

/** Why the own socket is no longer in the call. */
export const CallLeftReason = z.enum(["left", "superseded", "terminated", "idle"]).meta({ id: "CallLeftReason" });
export type CallLeftReason = z.infer<typeof CallLeftReason>;

/** WebSocket close code that follows a `call_left`. */
export const CALL_LEFT_CLOSE = {
  left: 1000,
  superseded: 4409,
  terminated: 4410,
  idle: 4410,
} as const satisfies Record<CallLeftReason, number>;

export const CallJoined = z
  .object({
    type: z.literal("call_joined"),
    callId: CallId,
    peerId: PeerId,
    reconnectToken: ReconnectToken,
    call: CallSnapshot,
    iceServers: z.array(IceServer).optional(),
    accepts: Accepts.optional(),
  })
  .meta({ id: "CallJoined", description: "The socket joined a call with a new peer identity." });

export const CallReconnected = z
  .object({
    type: z.literal("call_reconnected"),
    callId: CallId,
    peerId: PeerId,
    call: CallSnapshot,
    reconnectToken: ReconnectToken.optional(),
    iceServers: z.array(IceServer).optional(),
    accepts: Accepts.optional(),
  })
  .meta({
    id: "CallReconnected",
    description:
      "The socket took over an earlier peer identity. The fresh reconnect token replaces the earlier one on its first use.",
  });

export const PeerJoined = z
  .object({ type: z.literal("peer_joined"), callId: CallId, peerId: PeerId, call: CallSnapshot })
  .meta({ id: "PeerJoined", description: "The other peer joined the call." });

export const PeerReconnected = z
  .object({ type: z.literal("peer_reconnected"), callId: CallId, peerId: PeerId, call: CallSnapshot })
  .meta({ id: "PeerReconnected", description: "The other peer is back on a new socket." });

export const PeerLeft = z
  .object({ type: z.literal("peer_left"), callId: CallId, peerId: PeerId, reason: PeerLeftReason, call: CallSnapshot })
  .meta({ id: "PeerLeft", description: "The other peer left, lost its socket, or did not come back in time." });

export const CallLeft = z
  .object({
    type: z.literal("call_left"),
    callId: CallId,
    peerId: PeerId,
    reason: CallLeftReason,
    call: CallSnapshot,
    requestId: RequestId.optional(),
  })
  .meta({ id: "CallLeft", description: "This socket is no longer in the call; a close follows." });

export const SignalReceived = z
  .object({
    type: z.literal("signal"),
    callId: CallId,
    fromPeerId: PeerId,
    signalType: SignalType,
    payload: Json,
    occurredAt: Instant,
  })
  .meta({ id: "SignalReceived", description: "A signal from the other peer." });

export const P2PServerMessage = z.discriminatedUnion("type", [
  CallJoined,
  CallReconnected,
  PeerJoined,
  PeerReconnected,
  PeerLeft,
  CallLeft,
  SignalReceived,
  IceServersMessage,
  Pong,
  ProtocolError,
]);
export type P2PServerMessage = z.infer<typeof P2PServerMessage>;
