import { type Connection, endWith, transact } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import type { HomeClaim } from "./homes.ts";
import { change } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storing } from "./store/store.ts";

/**
 * Keeps the seat of a peer whose socket was lost, until the window to resume is over.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function keepSeat(
  connection: Connection,
  { roomId, epoch }: HomeClaim,
  { peerId, windowMs }: { readonly peerId: PeerId; readonly windowMs: number },
): Promise<void> {
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: [peerId] });
    const lost = change(loaded, { type: "disconnect", under: epoch, peerId, windowMs });
    if (loaded && lost) await endWith(tx, storing([{ ...loaded, change: lost }]));
  });
}
