import { type Connection, execute, query, roomPeers, rooms, statement } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import { sql } from "drizzle-orm";
import type { HomeClaim } from "./homes.ts";
import { Fenced } from "./store/fenced.ts";

/** Under the lock on the room, as every change of its seats, and without reading them. */
const CONFIRM = statement<HomeClaim & { readonly peerId: PeerId }, boolean>(
  (input) => sql`
    with room as (select id, home_epoch from ${rooms} where id = (${input} ->> 'roomId')::uuid for no key update),
    confirmed as (
      update ${roomPeers} set unconfirmed_since = null from room
      where room_id = room.id and room.home_epoch = (${input} ->> 'epoch')::integer
        and peer_id = ${input} ->> 'peerId' and unconfirmed_since is not null
    )
    select home_epoch = (${input} ->> 'epoch')::integer as output from room`,
);

/**
 * The client of a peer has heard that it joined: from now on no other join takes its seat.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export async function confirmSeat({ db }: Connection, { roomId, epoch }: HomeClaim, peerId: PeerId): Promise<void> {
  if (!(await query(execute(db, CONFIRM, { roomId, epoch, peerId })))) throw new Fenced();
}
