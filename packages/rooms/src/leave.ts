import { bind, type Connection, endWith, hexOf, roomTokens, statement, transact } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { closing } from "@radist-tech/usage";
import { sql } from "drizzle-orm";
import type { HomeClaim } from "./homes.ts";
import type { LeftReason } from "./seats/record.ts";
import { change } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storing } from "./store/store.ts";

export interface Leaving {
  readonly peerId: PeerId;
  readonly reason: LeftReason;
  /** When the peer was last heard, monotonic milliseconds; minus infinity when it never was here. */
  readonly lastHeardAt: number;
  /** Digest of its token, which can be used once more. */
  readonly reuse?: Uint8Array;
}

/**
 * Frees a seat; one whose window is over only if nobody has resumed it. If another node was faster, or the room ended,
 * it still closes the session: only the home knows for how long the peer was there.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function freeSeat(connection: Connection, claim: HomeClaim, leaving: Leaving): Promise<void> {
  const { peerId, reason, lastHeardAt, reuse } = leaving;
  const { roomId, epoch } = claim;
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: [peerId] });
    const left = change(loaded, { type: "leave", under: epoch, peerId, reason });
    if (!loaded || (!left && loaded.room.seats.has(peerId))) return;
    await endWith(tx, [
      ...(left ? storing([{ ...loaded, change: left }]) : []),
      ...closing([
        {
          subjectId: roomId,
          peerId,
          reason,
          agoMs: performance.now() - lastHeardAt,
          ...(loaded.endedAt && { notAfter: loaded.endedAt }),
        },
      ]),
      // Somebody else who freed the seat, by a kick, has made the token void.
      ...(left && reuse ? [bind(RESTORE_TOKEN, { hash: hexOf(reuse) })] : []),
    ]);
  });
}

const RESTORE_TOKEN = statement<{ readonly hash: string | null }>(
  (input) => sql`update ${roomTokens} set used_at = null, peer_id = null, attempt_hash = null
    where ${roomTokens.hash} = (${input} ->> 'hash')::bytea`,
);
