import { roomMediaSites, type Transaction } from "@radist-tech/db";
import { and, eq, lte, or, sql } from "drizzle-orm";
import type { RoomRecord } from "../seats/record.ts";

/**
 * Keeps the site of a room's home in step with its claim: today the media of a room is where its home is. A site's epoch
 * is that of the claim that opened it, so that an earlier one cannot close it.
 */
export async function moveHomeSites(
  tx: Transaction,
  moves: readonly { readonly before: RoomRecord; readonly after: RoomRecord }[],
): Promise<void> {
  const { roomId, nodeId, siteEpoch } = roomMediaSites;
  const lost = moves.flatMap(({ before, after }) =>
    before.home && before.home.nodeId !== after.home?.nodeId ? { ...before, home: before.home } : [],
  );
  const opened = moves.flatMap(({ before, after }) =>
    after.home && after.homeEpoch !== before.homeEpoch ? { ...after, home: after.home } : [],
  );
  const isLost = lost.map(({ roomId: id, home, homeEpoch }) =>
    and(eq(roomId, id), eq(nodeId, home.nodeId), lte(siteEpoch, homeEpoch)),
  );
  await Promise.all([
    lost.length > 0 && tx.delete(roomMediaSites).where(or(...isLost)),
    opened.length > 0 &&
      tx
        .insert(roomMediaSites)
        .values(opened.map(({ roomId, home, homeEpoch }) => ({ roomId, ...home, siteEpoch: homeEpoch })))
        .onConflictDoUpdate({
          target: [roomId, nodeId],
          set: {
            nodeEpoch: sql`excluded.node_epoch`,
            siteEpoch: sql`excluded.site_epoch`,
            openedAt: sql`now()`,
          },
        }),
  ]);
}
