import { type Connection, transact } from "@radist-tech/db";
import type { PeerId } from "@radist-tech/protocol";
import type { HomeClaim } from "./homes.ts";
import { change } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storeChanges } from "./store/store.ts";

/**
 * The client of a peer has heard that it joined: from now on no other join takes its seat.
 *
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function confirmSeat(connection: Connection, { roomId, epoch }: HomeClaim, peerId: PeerId): Promise<void> {
  return transact(connection, async (tx) => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: [peerId] });
    const confirmed = change(loaded, { type: "confirm", under: epoch, peerId });
    if (loaded && confirmed) await storeChanges(tx, [{ ...loaded, change: confirmed }]);
  });
}
