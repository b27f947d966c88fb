import { Batching, bind, type Connection, callPeers, query, recordset, sendAll, statement } from "@radist-tech/db";
import { sql } from "drizzle-orm";
import type { PeerSession } from "./sessions.ts";

type Confirmed = Pick<PeerSession, "callId" | "peerId" | "epoch">;

const { callId, peerId, epoch } = callPeers;

/** In one order, as whoever locks several peers. */
const CONFIRM = statement<readonly Confirmed[]>(
  (input) => sql`update ${callPeers} set unconfirmed_since = null
    where (${callId}, ${peerId}) in (
      select p.call_id, p.peer_id from ${recordset(input, "heard", { callId, peerId, epoch })}
      join ${callPeers} as p on p.call_id = heard."callId" and p.peer_id = heard."peerId" and p.epoch = heard.epoch
      order by p.call_id, p.peer_id for update of p
    )`,
);

const MAX_BATCH = 200;
const batches = new WeakMap<Connection, Batching<Confirmed, void>>();

/**
 * The client of a peer has heard that it joined. No step of the call: nobody is told, and nothing has to wait for it.
 *
 * @throws {DatabaseUnavailable}
 */
export function confirmPeer(connection: Connection, peer: Confirmed): Promise<void> {
  const batching = batches.get(connection) ?? new Batching({ maxBatch: MAX_BATCH, atOnce: 1, answer: confirmAll });
  batches.set(connection, batching);
  return batching.ask({ callId: peer.callId, peerId: peer.peerId, epoch: peer.epoch });

  async function confirmAll(peers: readonly Confirmed[]): Promise<PromiseSettledResult<void>[]> {
    await query(sendAll(connection.db, [bind(CONFIRM, peers)]));
    return peers.map(() => ({ status: "fulfilled", value: undefined }));
  }
}
