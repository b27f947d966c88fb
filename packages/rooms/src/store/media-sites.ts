import { type BoundStatement, bind, insertion, recordset, roomMediaSites, statement } from "@radist-tech/db";
import { sql } from "drizzle-orm";
import type { RoomRecord } from "../seats/record.ts";

/**
 * Statements that keep the site of a room's home in step with its claim: today the media of a room is where its home is. A site's epoch
 * is that of the claim that opened it, so that an earlier one cannot close it.
 */
export function movingHomeSites(
  moves: readonly { readonly before: RoomRecord; readonly after: RoomRecord }[],
): BoundStatement[] {
  const lost = moves.flatMap(({ before: { roomId, home, homeEpoch }, after }) =>
    home && home.nodeId !== after.home?.nodeId ? { roomId, nodeId: home.nodeId, siteEpoch: homeEpoch } : [],
  );
  const opened = moves.flatMap(({ before, after: { roomId, home, homeEpoch } }) =>
    home && homeEpoch !== before.homeEpoch ? { roomId, ...home, siteEpoch: homeEpoch } : [],
  );
  return [...(lost.length > 0 ? [bind(CLOSE, lost)] : []), ...(opened.length > 0 ? [bind(OPEN, opened)] : [])];
}

const CLOSE = statement<readonly unknown[]>((input) => {
  const { roomId, nodeId, siteEpoch } = roomMediaSites;
  return sql`
    delete from ${roomMediaSites} using ${recordset(input, "lost", { roomId, nodeId, siteEpoch })}
    where ${roomId} = lost."roomId" and ${nodeId} = lost."nodeId" and ${siteEpoch} <= lost."siteEpoch"`;
});

const OPEN = insertion(roomMediaSites, ["roomId", "nodeId", "nodeEpoch", "siteEpoch"], {
  conflict: sql`on conflict (room_id, node_id) do update set
    node_epoch = excluded.node_epoch, site_epoch = excluded.site_epoch, opened_at = now()`,
});
