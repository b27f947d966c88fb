import { setTimeout as sleep } from "node:timers/promises";
import { isUnavailable } from "@radist-tech/db";
import { type PeerId, type ProjectId, Refusal } from "@radist-tech/protocol";
import {
  confirmSeat,
  digest,
  Fenced,
  findHomeByResumeToken,
  findHomeByToken,
  findStandingHomes,
  type HomeLocation,
  isUnanswered,
  nameOfClaim,
} from "@radist-tech/rooms";
import { PacedLookup } from "@radist-tech/runtime";
import type { Keepalive, PeerSocket } from "@radist-tech/sockets";
import type { Entry } from "../home/admissions.ts";
import type { Homes } from "../home/homes.ts";
import type { RoomHome } from "../home/room-home.ts";
import type { NodeContext } from "../node/context.ts";
import type { RemoteHomes } from "../relay/remote-homes.ts";
import type { RoomRequest } from "../socket/connection-request.ts";
import { converse, type Line } from "../socket/conversation.ts";
import { SocketSession } from "../socket/socket-session.ts";

/** How often the home is looked up: a room can move while a socket is being admitted. */
const ATTEMPTS = 8;

/** Pause before storing that a peer is confirmed is retried, milliseconds. */
const RETRY_MS = 250;

/** How often, and how far apart in milliseconds, a used token is tried while its peer is unconfirmed. */
const LOSS_TRIES = 5;
const LOSS_MS = 200;

/** Finds the homes of rooms, and gets sockets admitted there, on this node or another one. */
export class RoomDirectory {
  readonly #node: NodeContext;
  readonly #homes: Homes;
  readonly #remote: RemoteHomes;
  readonly #keepalive: Keepalive;
  /** Without the bus every home on another node is silent: all sockets that wait for theirs share one query. */
  readonly #standingHomes: PacedLookup<HomeLocation, boolean>;

  constructor(node: NodeContext, homes: Homes, remote: RemoteHomes, keepalive: Keepalive) {
    this.#node = node;
    this.#homes = homes;
    this.#remote = remote;
    this.#keepalive = keepalive;
    const { connection, logger } = node;
    const read = (homes: readonly HomeLocation[]) => findStandingHomes(connection, homes);
    this.#standingHomes = new PacedLookup({ keyOf: nameOfClaim, read, logger });
  }

  /** @throws {Refusal} | {DatabaseUnavailable} */
  async admit(socket: PeerSocket, projectId: ProjectId, request: RoomRequest): Promise<void> {
    const { metrics, lease, limits } = this.#node;
    const { kind } = request;
    const done = metrics.admissionSeconds.startTimer();
    const session = new SocketSession(lease.nodeId, socket, limits.MAX_UNSENT_BYTES);
    const entry: Entry = {
      projectId,
      tokenHash: digest(kind === "join" ? request.roomToken : request.resumeToken),
      attemptHash: kind === "join" && request.attempt !== undefined ? digest(request.attempt) : null,
      features: new Set(request.features),
      ...(kind === "resume" && { peerId: request.peerId, needsTransports: request.transports === "new" }),
    };
    try {
      const line = await this.#seat(session, entry, () => this.#lookUp(projectId, entry, request));
      metrics.admissions.inc({ kind, outcome: "admitted" });
      if (kind === "join") session.askWhetherJoined(() => void this.#confirm(session, line));
      converse(this.#node, session, line, this.#keepalive);
    } catch (error) {
      metrics.admissions.inc({ kind, outcome: "refused" });
      throw error;
    } finally {
      done();
    }
  }

  /**
   * A token whose answer was lost can be used again as soon as the loss of the socket is known, which may be a moment
   * after its client knew of it.
   */
  async #seat(session: SocketSession, entry: Entry, lookUp: () => Promise<HomeLocation>): Promise<Line> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#findSeat(session, entry, lookUp);
      } catch (error) {
        const isUsed = error instanceof Refusal && error.code === "invalid_token";
        if (!isUsed || tries === LOSS_TRIES || !(await isUnanswered(this.#node.connection, entry.tokenHash)))
          throw error;
      }
      await sleep(LOSS_MS);
    }
  }

  /** Keeps trying to store it while the database is away, as long as the socket is open. */
  async #confirm(session: SocketSession, line: Line): Promise<void> {
    while (session.isOpen) {
      try {
        return await line.confirm();
      } catch (error) {
        // The peer is on its way to another home, and resumes there.
        if (error instanceof Fenced) return;
        if (!isUnavailable(error)) return this.#node.logger.error({ err: error }, "a peer was not confirmed");
      }
      await sleep(RETRY_MS);
    }
  }

  async #findSeat(session: SocketSession, entry: Entry, lookUp: () => Promise<HomeLocation>): Promise<Line> {
    const { lease, limits } = this.#node;
    // A home that does not answer is dead when its lease is over; until then no other node may claim the room.
    const until = performance.now() + 2 * limits.LEASE_MS;
    let attempts = 0;
    let seen = await lookUp();
    while (attempts < ATTEMPTS) {
      if (seen.nodeId !== undefined && seen.nodeId !== lease.nodeId) {
        const line = await this.#remote.admit({ ...seen, nodeId: seen.nodeId }, session, entry);
        if (line === "unreachable") {
          if (performance.now() > until || !session.isOpen) break;
          if ((await this.#standingHomes.find(seen)) === false) seen = await lookUp();
          continue;
        }
        if (line !== "not_home") return line;
      }
      attempts++;
      // No node that lives has claimed it, or the one that had has given it up.
      const room = await this.#homes.own(seen);
      try {
        if (room) return this.#lineTo(room, session, await room.admit(session, entry));
      } catch (error) {
        if (!(error instanceof Fenced)) throw error;
      }
      seen = await lookUp();
    }
    throw new Refusal("unavailable");
  }

  #lookUp(projectId: ProjectId, entry: Entry, request: RoomRequest): Promise<HomeLocation> {
    return request.kind === "join"
      ? findHomeByToken(this.#node.connection, projectId, entry)
      : findHomeByResumeToken(this.#node.connection, projectId, {
          roomId: request.roomId,
          resumeHash: entry.tokenHash,
        });
  }

  #lineTo(room: RoomHome, session: SocketSession, peerId: PeerId): Line {
    const { id } = session;
    return {
      handle: ({ message }) => room.handle(peerId, id, message),
      lost: () => room.lost(peerId, id, session.silentMs),
      confirm: () => confirmSeat(this.#node.connection, room.claim, peerId),
    };
  }
}
