import { type Connection, connect, nodes, projects, roomMediaSites, roomPeers, rooms, transact } from "@radist-tech/db";
import {
  type DuplicateIdentity,
  newNodeId,
  newPeerId,
  newProjectId,
  newPublicKey,
  type ProjectId,
  type RoomId,
} from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import { createRoom, type NewRoom } from "../create.ts";
import { digest } from "../digest.ts";
import { type ClaimedRoom, claimHome, type HomeClaim } from "../homes.ts";
import { type Admitted, type Joined, takeSeat } from "../join.ts";
import { resumeSeat } from "../resume.ts";
import type { HomeNode } from "../seats/record.ts";
import { mintRoomToken } from "../tokens.ts";

export const WINDOW_MS = 30_000;

/** A database with a project, and what services do with its rooms. */
export class RoomsDatabase implements AsyncDisposable {
  readonly connection: Connection;
  readonly projectId: ProjectId;
  readonly #disposal: AsyncDisposableStack;

  private constructor(connection: Connection, projectId: ProjectId, disposal: AsyncDisposableStack) {
    this.connection = connection;
    this.projectId = projectId;
    this.#disposal = disposal;
  }

  /** @param kind PGlite has one connection: nothing there crosses */
  static async open(kind: "Postgres" | "PGlite"): Promise<RoomsDatabase> {
    const disposal = new AsyncDisposableStack();
    const url = kind === "PGlite" ? "pglite:memory" : disposal.use(await freshDatabase()).url;
    const connection = disposal.use(await connect(url));
    await connection.migrate();
    const database = new RoomsDatabase(connection, newProjectId(), disposal);
    await database.addProject(database.projectId);
    return database;
  }

  async addProject(id = newProjectId()): Promise<ProjectId> {
    await this.connection.db.insert(projects).values({ id, name: "test", publicKey: newPublicKey() });
    return id;
  }

  /** A node with a lease, as the sfu's. */
  async node(leaseMs = 60_000): Promise<HomeNode> {
    const nodeId = newNodeId();
    const leaseUntil = sql`now() + ${leaseMs} * interval '1 millisecond'`;
    await this.connection.db.insert(nodes).values({ id: nodeId, service: "sfu", epoch: 1, leaseUntil });
    return { nodeId, nodeEpoch: 1 };
  }

  async kill({ nodeId }: HomeNode): Promise<void> {
    await this.connection.db
      .update(nodes)
      .set({ leaseUntil: sql`now() - interval '1 second'` })
      .where(eq(nodes.id, nodeId));
  }

  async room(more: Partial<NewRoom> = {}, projectId = this.projectId): Promise<RoomId> {
    const usual = { tokens: 0, maxParticipants: null, e2ee: "optional", metadata: null, idleSeconds: 3_600 } as const;
    const create = { projectId, room: { ...usual, ...more }, ttlSeconds: 600 };
    const { roomId } = await transact(this.connection, (tx) => createRoom(tx, create));
    return roomId;
  }

  async token(roomId: RoomId, identity?: string, duplicateIdentity: DuplicateIdentity = "allow"): Promise<Uint8Array> {
    const participant = { canPublish: true, canSubscribe: true, ...(identity !== undefined && { identity }) };
    const mint = { projectId: this.projectId, roomId, participant, duplicateIdentity, ttlSeconds: 600 };
    const { roomToken } = await transact(this.connection, (tx) => mintRoomToken(tx, mint));
    return digest(roomToken);
  }

  /** Claims a room at its present epoch. */
  async claim(roomId: RoomId, node: HomeNode): Promise<ClaimedRoom> {
    const { homeEpoch } = await this.row(roomId);
    const seen = { roomId, epoch: homeEpoch } as HomeClaim;
    const claimed = await claimHome(this.connection, seen, { node, windowMs: WINDOW_MS });
    if (!claimed) throw new Error("The room was not claimed.");
    return claimed;
  }

  async join(
    claim: HomeClaim,
    node: HomeNode,
    more: { canResume?: boolean; tokenHash?: Uint8Array } = {},
  ): Promise<Joined> {
    const { canResume = true, tokenHash = await this.token(claim.roomId) } = more;
    const { projectId } = this;
    return takeSeat(this.connection, claim, {
      projectId,
      peerId: newPeerId(),
      tokenHash,
      attemptHash: null,
      isLive: () => false,
      canResume,
      node,
      onLate: () => {},
    });
  }

  resume(claim: HomeClaim, node: HomeNode, { peerId, resumeToken }: Admitted, isLive = true): Promise<Admitted> {
    const { projectId } = this;
    const tokenHash = digest(resumeToken);
    return resumeSeat(this.connection, claim, {
      projectId,
      peerId,
      tokenHash,
      node,
      isLive: () => isLive,
      onLate: () => {},
    });
  }

  /** Ends the windows of all who may resume, and the grace after them. */
  async passTime(roomId: RoomId): Promise<void> {
    await this.connection.db
      .update(roomPeers)
      .set({ expiresAt: sql`${roomPeers.expiresAt} - interval '1 hour'` })
      .where(eq(roomPeers.roomId, roomId));
  }

  async row(roomId: RoomId): Promise<typeof rooms.$inferSelect> {
    const [row] = await this.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
    if (!row) throw new Error("There is no such room.");
    return row;
  }

  sitesOf(roomId: RoomId): Promise<(typeof roomMediaSites.$inferSelect)[]> {
    return this.connection.db.select().from(roomMediaSites).where(eq(roomMediaSites.roomId, roomId));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#disposal.disposeAsync();
  }
}
