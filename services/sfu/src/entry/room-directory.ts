import { setTimeout as sleep } from "node:timers/promises";
import { type PeerId, type ProjectId, Refusal } from "@radist-tech/protocol";
import { digest, Fenced, findHomeByResumeToken, findHomeByToken, type HomeLocation } from "@radist-tech/rooms";
import type { Keepalive, PeerSocket } from "@radist-tech/sockets";
import type { Entry } from "../home/admissions.ts";
import type { Homes } from "../home/homes.ts";
import type { LiveRoom } from "../home/room-home.ts";
import type { NodeContext } from "../node/context.ts";
import type { RemoteHomes } from "../relay/remote-homes.ts";
import type { RoomRequest } from "../socket/connection-request.ts";
import { converse, type Line } from "../socket/conversation.ts";
import { SocketSession } from "../socket/socket-session.ts";

/** A room's home can move while somebody is on the way in; so often it is looked for anew. */
const ATTEMPTS = 8;

/** Pause before a home that does not answer is asked again, or found dead, milliseconds. */
const RETRY_MS = 250;

/** Brings sockets to the home of their room, on this node or another one. */
export class Entering {
  readonly #node: NodeContext;
  readonly #homes: Homes;
  readonly #remote: RemoteHomes;
  readonly #keepalive: Keepalive;

  constructor(node: NodeContext, homes: Homes, remote: RemoteHomes, keepalive: Keepalive) {
    this.#node = node;
    this.#homes = homes;
    this.#remote = remote;
    this.#keepalive = keepalive;
  }

  /** @throws {Refusal} | {DatabaseUnavailable} */
  async enter(socket: PeerSocket, projectId: ProjectId, request: RoomRequest): Promise<void> {
    const { metrics, lease, limits } = this.#node;
    const { kind } = request;
    const done = metrics.admissionSeconds.startTimer();
    const session = new SocketSession(lease.nodeId, socket, limits.MAX_UNSENT_BYTES);
    const entry: Entry = {
      projectId,
      tokenHash: digest(kind === "join" ? request.roomToken : request.resumeToken),
      features: new Set(request.features),
      ...(kind === "resume" && { peerId: request.peerId }),
    };
    try {
      const line = await this.#findPlace(session, entry, () => this.#look(projectId, entry, request));
      metrics.admissions.inc({ kind, outcome: "admitted" });
      converse(this.#node, session, line, this.#keepalive);
    } catch (error) {
      metrics.admissions.inc({ kind, outcome: "refused" });
      throw error;
    } finally {
      done();
    }
  }

  async #findPlace(session: SocketSession, entry: Entry, look: () => Promise<HomeLocation>): Promise<Line> {
    const { lease, limits } = this.#node;
    // A home that does not answer is dead when its lease is over; until then nobody else may have the room.
    const until = performance.now() + 2 * limits.LEASE_MS;
    let attempts = 0;
    while (attempts < ATTEMPTS) {
      const seen = await look();
      if (seen.nodeId !== undefined && seen.nodeId !== lease.nodeId) {
        const line = await this.#remote.enter({ ...seen, nodeId: seen.nodeId }, session, entry);
        if (line === "unreachable") {
          if (performance.now() > until || !session.isOpen) break;
          await sleep(RETRY_MS);
          continue;
        }
        if (line !== "not_home") return line;
      }
      attempts++;
      // Nobody lives who has claimed it; or who has says that it gave the room up.
      const room = await this.#homes.own(seen);
      if (!room) continue;
      try {
        return lineTo(room, session, await room.enter(session, entry));
      } catch (error) {
        if (!(error instanceof Fenced)) throw error;
      }
    }
    throw new Refusal("unavailable");
  }

  #look(projectId: ProjectId, { tokenHash }: Entry, request: RoomRequest): Promise<HomeLocation> {
    return request.kind === "join"
      ? findHomeByToken(this.#node.connection, projectId, tokenHash)
      : findHomeByResumeToken(this.#node.connection, projectId, { roomId: request.roomId, resumeHash: tokenHash });
  }
}

function lineTo(room: LiveRoom, session: SocketSession, peerId: PeerId): Line {
  const { id } = session;
  return {
    hear: (message) => room.hear(peerId, id, message),
    lost: () => room.lost(peerId, id, session.silentMs),
  };
}
