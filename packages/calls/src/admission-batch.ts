import { type BoundStatement, bind, type Connection, DatabaseUnavailable } from "@radist-tech/db";
import {
  type CallId,
  newReconnectToken,
  type PeerId,
  type ProjectId,
  type ReconnectToken,
  Refusal,
} from "@radist-tech/protocol";
import { type Closing, closing, type FreshSession, freshSession, opening } from "@radist-tech/usage";
import { type AdmissionRows, type TokenRow, USE_TOKENS } from "./admission-rows.ts";
import type { CallInput, CallSteps } from "./advance.ts";
import { ATTEMPT_MS, type Call, type CallLimits, type OwnerNode, type Peer } from "./call.ts";
import type { HeldSignal } from "./held-signals.ts";
import type { PeerRow, PeerTokens } from "./load.ts";
import type { CallEvent, DoneStep } from "./step.ts";
import { digest } from "./tokens.ts";

/** A stored step that gave a socket its peer. */
export interface Admitted extends DoneStep {
  readonly peer: Peer;
  /** The peer's session in the usage ledger. */
  readonly sessionId: string;
  /** Proves this peer at its next reconnection. */
  readonly reconnectToken: ReconnectToken;
  /** Earlier claims that were connected until now: the peer's own, or of who lost its seat to it. Their sockets end. */
  readonly superseded: readonly Peer[];
  /** Signals that wait for the peer, in order; they stay stored until they have been delivered. */
  readonly held: readonly HeldSignal[];
  /** The token had seated the peer before, and the answer was lost. */
  readonly isAgain: boolean;
}

/** Who admits a peer, and to what. */
export interface AdmissionContext<Result> {
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly ownerNode: OwnerNode;
  readonly limits: CallLimits;
  /** Milliseconds since this node last heard a peer's earlier socket; infinite when that is not on this node. */
  readonly silentMs: (peerId: PeerId) => number;
  /** Called when the admission was stored after its caller had given up. */
  readonly onLate: (admitted: Result) => void;
  /**
   * Whether the client still waits for its admission. One that has tried again on another socket must not lose that to an
   * attempt which it has given up. Default: yes
   */
  readonly isWanted?: () => boolean;
}

/** What somebody presents who wants to be admitted. */
type Credentials =
  | {
      readonly kind: "join";
      readonly hash: string | null;
      readonly attemptHash: string | null;
      /** A fresh one, for who has not joined before. */
      readonly peerId: PeerId;
    }
  | {
      readonly kind: "reconnect";
      readonly callId: CallId;
      readonly peerId: PeerId;
      readonly hash: string | null;
      readonly digest: Uint8Array;
    };

export interface AdmissionRequest {
  readonly context: Omit<AdmissionContext<never>, "connection" | "onLate">;
  readonly credentials: Credentials;
  /** Hears who will be admitted, before anybody else can know of it; again when that is tried again. */
  readonly onPeer: (callId: CallId, peerId: PeerId) => void;
  readonly onLate: (admitted: Admitted) => void;
}

/** There is no such token in the project. */
export class UnknownToken extends Error {}

/** Somebody else has the call under lock, or it has changed meanwhile: the admission is tried on its own. */
export class Busy extends Error {}

export type Outcome = PromiseSettledResult<Admitted>;

/** Errors of one member of a batch, which do not concern the others. */
const OWN_OUTCOMES = [Refusal, UnknownToken, Busy, DatabaseUnavailable];

export const rejected = (reason: unknown): Outcome => ({ status: "rejected", reason });

type UsedToken = TokenRow | (Omit<TokenRow, "usedAt"> & { readonly usedAt: Date });

/** Admissions that are stored in one transaction, decided one after the other. */
export class AdmissionBatch {
  readonly #calls: CallSteps;
  readonly #tokens: Map<string, UsedToken>;
  readonly #held: ReadonlyMap<PeerId, readonly HeldSignal[]>;
  /** Of all calls that are asked for, under lock or not. */
  readonly #peers: ReadonlyMap<string, PeerRow>;
  readonly #lockedPeers: ReadonlySet<string>;
  /** Who is admitted or loses its seat: each once, so that the order in which tables are written does not matter. */
  readonly #touched = new Set<PeerId>();
  readonly #closings: Closing[] = [];
  readonly #sessions: FreshSession[] = [];
  readonly #used: { hash: string | null; peerId: PeerId; attemptHash: string | null }[] = [];

  constructor(calls: CallSteps, rows: AdmissionRows, peers: readonly PeerRow[], lockedPeers: ReadonlySet<string>) {
    this.#calls = calls;
    this.#tokens = new Map(rows.tokens.map((token) => [token.hash, token]));
    this.#held = Map.groupBy(rows.held, ({ peerId }) => peerId);
    this.#lockedPeers = lockedPeers;
    this.#peers = new Map(peers.map((peer) => [peer.peerId, peer]));
  }

  admit(request: AdmissionRequest): Outcome {
    try {
      const { credentials, context } = request;
      // Right before it is stored.
      if (context.isWanted?.() === false) throw new DatabaseUnavailable("Nobody waits for it any more.");
      const value =
        credentials.kind === "join" ? this.#join(request, credentials) : this.#reconnect(request, credentials);
      return { status: "fulfilled", value };
    } catch (error) {
      if (OWN_OUTCOMES.some((kind) => error instanceof kind)) return rejected(error);
      throw error;
    }
  }

  storing(): BoundStatement[] {
    return [
      ...this.#calls.saving(),
      ...closing(this.#closings),
      ...opening(this.#sessions),
      ...(this.#used.length === 0 ? [] : [bind(USE_TOKENS, this.#used)]),
    ];
  }

  #join(request: AdmissionRequest, { hash, attemptHash, peerId }: Extract<Credentials, { kind: "join" }>): Admitted {
    const token = this.#tokens.get(hash ?? "");
    if (!token || token.projectId !== request.context.projectId) throw new UnknownToken();
    if (token.hasEnded) throw new Refusal("call_terminated");
    const { callId, usedAt } = token;
    if (usedAt !== null) return this.#joinAgain(request, token, attemptHash);
    if (token.isExpired) throw new Refusal("invalid_token");
    const reconnectToken = newReconnectToken();
    const tokens = { reconnectHash: digest(reconnectToken), freshReconnectHash: null };
    const event = { type: "join", peerId, ownerNode: request.context.ownerNode } as const;
    const admitted = this.#take(request, { callId, event }, peerId, tokens);
    this.#used.push({ hash, peerId, attemptHash });
    this.#tokens.set(token.hash, { ...token, usedAt: this.#calls.at, peerId, attemptHash });
    return { ...admitted, reconnectToken, isAgain: false, held: [] };
  }

  /** The same join once more: same peer, and a reconnect token beside the one that may never have arrived. */
  #joinAgain(request: AdmissionRequest, token: UsedToken, attemptHash: string | null): Admitted {
    const { callId, peerId, usedAt } = token;
    if (peerId === null || usedAt === null) throw new Refusal("invalid_token");
    const isInTime = this.#calls.at.getTime() - new Date(usedAt).getTime() < ATTEMPT_MS;
    const isSameAttempt = isInTime && attemptHash !== null && token.attemptHash === attemptHash;
    const mayWork = isSameAttempt || (this.#peers.get(peerId)?.unconfirmedSince ?? null) !== null;
    if (!mayWork && !this.#calls.callOf(callId)) throw new Refusal("invalid_token");
    const known = this.#calls.tokensOf(callId, peerId);
    if (this.#calls.callOf(callId) && !known) throw new Refusal("invalid_token");
    const reconnectToken = newReconnectToken();
    const event = { type: "rejoin", peerId, ownerNode: request.context.ownerNode, isSameAttempt } as const;
    const tokens = known && { ...known, freshReconnectHash: digest(reconnectToken) };
    const admitted = this.#take(request, { callId, event }, peerId, tokens);
    return { ...admitted, reconnectToken, isAgain: true, held: this.#held.get(peerId) ?? [] };
  }

  #reconnect(request: AdmissionRequest, claim: Extract<Credentials, { kind: "reconnect" }>): Admitted {
    const { callId, peerId, digest: presented } = claim;
    const call = this.#calls.callOf(callId);
    const isProven = this.#proves(callId, peerId, presented);
    if (!isProven || (call && call.projectId !== request.context.projectId)) throw new Refusal("invalid_reconnect");
    const reconnectToken = newReconnectToken();
    const event = { type: "reconnect", peerId, ownerNode: request.context.ownerNode } as const;
    // The fresh token replaces the earlier one only once it is used, so that an answer that never arrived locks nobody out.
    const tokens = { reconnectHash: presented, freshReconnectHash: digest(reconnectToken) };
    const admitted = this.#take(request, { callId, event }, peerId, tokens);
    return { ...admitted, reconnectToken, isAgain: true, held: this.#held.get(peerId) ?? [] };
  }

  #proves(callId: CallId, peerId: PeerId, presented: Uint8Array): boolean {
    const row = this.#peers.get(peerId);
    const known = this.#calls.tokensOf(callId, peerId) ?? (row?.callId === callId ? row : undefined);
    if (!known) return false;
    return isSame(known.reconnectHash, presented) || isSame(known.freshReconnectHash, presented);
  }

  /** Takes the step that seats a peer, and begins its usage session with it. */
  #take(
    { context, onPeer }: AdmissionRequest,
    input: CallInput & { readonly event: Extract<CallEvent, { type: "join" | "reconnect" | "rejoin" }> },
    peerId: PeerId,
    tokens: PeerTokens | undefined,
  ): Omit<Admitted, "reconnectToken" | "isAgain" | "held"> {
    const { callId, event } = input;
    const before = this.#calls.callOf(callId);
    if (!before) throw new Busy();
    const step = this.#calls.stepOf(input, context.limits);
    if (step.outcome === "refused") throw new Refusal(step.code);
    if (step.outcome !== "done" || !tokens) throw new Error(`A ${event.type} changed nothing.`);
    const earlier = before.peers.find((peer) => peer.peerId === peerId);
    const isUnguarded = earlier?.status === "disconnected" && !this.#lockedPeers.has(peerId);
    const evicted = evictedBy(before, step.call);
    const all = [peerId, ...evicted.map((peer) => peer.peerId)];
    if (isUnguarded || all.some((each) => this.#touched.has(each))) throw new Busy();
    for (const each of all) this.#touched.add(each);
    this.#calls.take({ ...input, tokens: new Map([[peerId, tokens]]) }, step);
    const own = earlier?.status === "connected" ? [earlier] : [];
    this.#close(callId, own, "superseded", context.silentMs);
    // Until when they were there, only their nodes know.
    this.#close(callId, evicted, "expired", () => Number.POSITIVE_INFINITY);
    const { projectId } = step.call;
    const session = freshSession(
      { projectId, kind: "p2p", subjectId: callId, peerId, identity: null },
      context.ownerNode,
    );
    this.#sessions.push(session);
    onPeer(callId, peerId);
    return { ...step, peer: peerOf(step, peerId), sessionId: session.id, superseded: [...own, ...evicted] };
  }

  #close(callId: CallId, peers: readonly Peer[], reason: string, silentMs: (peerId: PeerId) => number): void {
    for (const { peerId } of peers) {
      this.#closings.push({ subjectId: callId, peerId, reason, agoMs: silentMs(peerId) });
    }
  }
}

const evictedBy = (before: Call, after: Call): Peer[] =>
  before.peers.filter(
    ({ peerId, status }) =>
      status === "connected" && after.peers.some((peer) => peer.peerId === peerId && peer.status === "expired"),
  );

function peerOf({ call }: DoneStep, peerId: PeerId): Peer {
  const peer = call.peers.find((candidate) => candidate.peerId === peerId);
  if (!peer) throw new Error("An admission seated nobody.");
  return peer;
}

const isSame = (one: Uint8Array | null, other: Uint8Array): boolean => one !== null && Buffer.from(one).equals(other);
