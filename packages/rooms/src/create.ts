import { countCreated, rooms, roomTotals, type Transaction } from "@radist-tech/db";
import { recordFacts } from "@radist-tech/events";
import { type CreatedRoom, type E2eeMode, type Metadata, newRoomId, type ProjectId } from "@radist-tech/protocol";
import { insertTokens } from "./tokens.ts";

export interface NewRoom {
  /** How many tokens to mint with it. */
  readonly tokens: number;
  /** Null: no limit. */
  readonly maxParticipants: number | null;
  readonly e2ee: E2eeMode;
  readonly metadata: Metadata;
  /** After how long without anybody connected it ends. */
  readonly idleSeconds: number;
}

export interface CreateOptions {
  readonly projectId: ProjectId;
  readonly room: NewRoom;
  /** How long its tokens can be used. */
  readonly ttlSeconds: number;
}

export async function createRoom(
  tx: Transaction,
  { projectId, room, ttlSeconds }: CreateOptions,
): Promise<CreatedRoom> {
  const roomId = newRoomId();
  const { tokens, ...settings } = room;
  const { maxParticipants, e2ee } = settings;
  const participants = Array.from({ length: tokens }, () => ({}));
  const [, , roomTokens] = await Promise.all([
    insertRoom(tx, { id: roomId, projectId, ...settings, eventSeq: 1 }),
    recordFacts(tx, [
      {
        projectId,
        kind: "room",
        subjectId: roomId,
        after: 0,
        facts: [{ type: "room.created", data: { roomId, maxParticipants, e2ee } }],
      },
    ]),
    insertTokens(tx, roomId, { participants, ttlSeconds }),
    countCreated(tx, roomTotals, projectId),
  ]);
  return { roomId, roomTokens };
}

/** Sent when it is called, before the rows that refer to it. */
async function insertRoom(tx: Transaction, room: typeof rooms.$inferInsert): Promise<void> {
  await tx.insert(rooms).values(room);
}
