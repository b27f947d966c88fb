import { BusUnavailable, DeadlineExceeded, NoResponders, RemoteFailure } from "@radist-tech/bus";
import { ERRORS, type ErrorCode, type NodeId, type PeerId, Refusal } from "@radist-tech/protocol";
import {
  newSessionId,
  RelayBatch,
  type RoomControl,
  RoomEntered,
  type RoomEntry,
  type SessionId,
  SFU_SUBJECTS,
} from "@radist-tech/protocol/bus";
import { confirmSeat, findLostClaims, type HomeLocation } from "@radist-tech/rooms";
import type { HandOver } from "@radist-tech/runtime";
import type { Entry } from "../home/admissions.ts";
import type { NodeContext } from "../node/context.ts";
import { Hints } from "../node/hints.ts";
import type { ClientFrame, Line } from "../socket/conversation.ts";
import type { SocketSession } from "../socket/socket-session.ts";
import { RelayReceiver } from "./relay-receiver.ts";
import { GONE, RelaySender, TAKEN } from "./relay-sender.ts";

/** How long a home may take to admit a socket, milliseconds. */
const ENTRY_MS = 8_000;

/** A room's home on another node. */
type RemoteHome = HomeLocation & { readonly nodeId: NodeId };

interface Relayed {
  readonly session: SocketSession;
  readonly home: RemoteHome;
  readonly toHome: RelaySender;
  readonly fromHome: RelayReceiver;
}

/** The sockets of this node whose rooms are at home on other nodes. */
export class RemoteHomes {
  readonly #node: NodeContext;
  readonly #relayed = new Map<SessionId, Relayed>();
  readonly #hints: Hints<SessionId>;

  constructor(node: NodeContext) {
    this.#node = node;
    this.#hints = new Hints(
      (batch) => this.#settle(batch),
      (session) => session,
    );
  }

  get size(): number {
    return this.#relayed.size;
  }

  /** The nodes that this one depends on. */
  get nodes(): NodeId[] {
    return [...new Set([...this.#relayed.values()].map(({ home }) => home.nodeId))];
  }

  /**
   * Asks a room's home to admit a socket.
   *
   * @returns `not_home` when that node says that it holds the room no longer, `unreachable` when there is no answer
   * @throws {Refusal} what the home refuses with
   */
  async admit(home: RemoteHome, session: SocketSession, entry: Entry): Promise<Line | "not_home" | "unreachable"> {
    const { bus, lease } = this.#node;
    const { roomId, epoch, nodeId } = home;
    // Each attempt has an id of its own: what is left of one must not concern the next.
    const id = newSessionId();
    const toHome = new RelaySender({
      bus,
      subject: SFU_SUBJECTS.inbound(nodeId),
      session: id,
      silentMs: () => session.silentMs,
      onBroken: (why) => this.#drop(id, why),
    });
    this.#relayed.set(id, { session, home, toHome, fromHome: new RelayReceiver() });
    const lineFor = (peerId: PeerId): Line => ({
      ...line,
      confirm: () => confirmSeat(this.#node.connection, home, peerId),
    });
    const line = {
      // As it came: it is validated once more where it is used.
      handle: ({ text }: ClientFrame) => toHome.add(text),
      lost: () => {
        toHome.end({ code: 1006, reason: "lost" });
        this.#relayed.delete(id);
      },
    };
    const request: RoomEntry = {
      ...(entry.peerId === undefined
        ? { kind: "join", ...(entry.attemptHash && { attemptHash: toText(entry.attemptHash) }) }
        : { kind: "resume", peerId: entry.peerId, ...(entry.needsTransports && { needsTransports: true }) }),
      roomId,
      epoch,
      tokenHash: toText(entry.tokenHash),
      front: lease.nodeId,
      frontEpoch: lease.epoch,
      session: id,
      projectId: entry.projectId,
      features: [...entry.features],
    };
    const answered = await this.#ask(nodeId, request);
    if (answered?.outcome === "entered") return lineFor(answered.peerId);
    // It may have been admitted all the same, if only the answer was lost.
    if (!answered) {
      line.lost();
      return "unreachable";
    }
    toHome.stop();
    this.#relayed.delete(id);
    if (answered.outcome === "not_home") return "not_home";
    throw new Refusal(answered.code as ErrorCode, answered.message);
  }

  /** Takes what a home sends to one of the sockets here. */
  receive(data: Uint8Array): Uint8Array {
    const batch = RelayBatch.parse(JSON.parse(Buffer.from(data).toString()));
    const relayed = this.#relayed.get(batch.session);
    if (!relayed) return Buffer.from(GONE);
    const frames = relayed.fromHome.take(batch);
    if (frames) {
      for (const frame of frames) relayed.session.send(frame);
      if (batch.end) {
        const { code, reason } = batch.end;
        this.#relayed.delete(batch.session);
        relayed.toHome.stop();
        relayed.session.end(code, reason in ERRORS ? (reason as ErrorCode) : undefined);
      }
    }
    return Buffer.from(TAKEN);
  }

  /** A claim is a hint: whether the room has moved is read in the database. */
  handle(control: RoomControl): void {
    if (control.type !== "home_claimed") return;
    for (const [id, { home }] of this.#relayed) {
      if (home.roomId === control.roomId && home.epoch < control.epoch) this.#hints.add(id);
    }
  }

  /**
   * Compares the homes of all sockets here with the database.
   *
   * @throws {DatabaseUnavailable}
   */
  compare(): Promise<void> {
    return this.#compare([...this.#relayed.keys()]);
  }

  async #compare(ids: readonly SessionId[]): Promise<void> {
    const homes = ids.flatMap((id) => this.#relayed.get(id)?.home ?? []);
    const lost = await findLostClaims(this.#node.connection, homes);
    for (const id of ids) {
      const home = this.#relayed.get(id)?.home;
      // A room that has ended is ended by its home.
      if (home && lost.get(home) === "fenced") this.#drop(id, "the room has moved");
    }
  }

  /** Never rejects; what could not be read is found by the periodic comparison. */
  async #settle(hints: readonly SessionId[]): Promise<void> {
    try {
      await this.#compare(hints);
    } catch (error) {
      this.#node.logger.warn({ err: error }, "whether rooms have moved could not be read in the database");
    }
  }

  /** Tells homes which of their clients have been heard lately: they count how long peers are there. */
  sendSigns(withinMs: number): void {
    for (const { session, toHome } of this.#relayed.values()) if (session.silentMs < withinMs) toHome.signOfLife();
  }

  /** These nodes are gone, and their rooms with them: clients reconnect, and another node claims the room. */
  nodesDied(isGone: (node: NodeId) => boolean): void {
    for (const [id, { home }] of this.#relayed) if (isGone(home.nodeId)) this.#drop(id, "the room's home is gone");
  }

  dropAll(): void {
    for (const id of this.#relayed.keys()) this.#drop(id, "this node gives up its sockets");
  }

  /** The same as one step per socket. */
  handOvers(): HandOver[] {
    return [...this.#relayed.keys()].map((id) => () => this.#drop(id, "this node stops"));
  }

  #drop(id: SessionId, why: string): void {
    const relayed = this.#relayed.get(id);
    if (!relayed) return;
    this.#relayed.delete(id);
    this.#node.logger.info({ roomId: relayed.home.roomId, why }, "a relayed socket is sent elsewhere");
    relayed.toHome.end({ code: 1006, reason: "lost" });
    relayed.session.end(ERRORS.unavailable.close, "unavailable");
  }

  /** @returns nothing when there is no answer */
  async #ask(nodeId: NodeId, entry: RoomEntry): Promise<RoomEntered | undefined> {
    const { bus, logger } = this.#node;
    try {
      const data = Buffer.from(JSON.stringify(entry));
      const answer = await bus.request(SFU_SUBJECTS.entries(nodeId), data, { deadlineMs: ENTRY_MS });
      return RoomEntered.parse(JSON.parse(Buffer.from(answer).toString()));
    } catch (error) {
      const isAway =
        error instanceof BusUnavailable || error instanceof DeadlineExceeded || error instanceof NoResponders;
      if (!isAway && !(error instanceof RemoteFailure)) {
        this.#relayed.delete(entry.session);
        throw error;
      }
      logger.warn({ err: error, nodeId, roomId: entry.roomId }, "a room's home cannot be reached");
      return undefined;
    }
  }
}

const toText = (hash: Uint8Array): string => Buffer.from(hash).toString("base64url");
