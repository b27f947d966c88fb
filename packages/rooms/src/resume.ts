import { type Connection, endWith, type Transaction, transact } from "@radist-tech/db";
import { newReconnectToken, type PeerId, type ProjectId } from "@radist-tech/protocol";
import { type LedgerNode, reopening } from "@radist-tech/usage";
import { digest } from "./digest.ts";
import type { HomeClaim } from "./homes.ts";
import type { Admitted } from "./join.ts";
import { change, refusal } from "./store/advance.ts";
import { loadRooms } from "./store/load.ts";
import { storing } from "./store/store.ts";

export interface ResumeOptions {
  readonly projectId: ProjectId;
  readonly peerId: PeerId;
  readonly tokenHash: Uint8Array;
  readonly node: LedgerNode;
  /** Whether this home still has the peer's media: its session in the ledger then goes on. */
  readonly isLive: () => boolean;
  /** Called when the resumption was stored after the caller had given up. */
  readonly onLate: (late: Admitted) => void;
}

/**
 * Gives a seat back to the peer that it is kept for.
 *
 * @throws {Refusal} `invalid_reconnect`, `room_terminated`
 * @throws {Fenced} | {DatabaseUnavailable}
 */
export function resumeSeat(connection: Connection, claim: HomeClaim, options: ResumeOptions): Promise<Admitted> {
  const { projectId, peerId, tokenHash, node, isLive, onLate } = options;
  const { roomId, epoch } = claim;
  const resumeToken = newReconnectToken();
  const freshDigest = digest(resumeToken);
  const take = async (tx: Transaction): Promise<Admitted> => {
    const [loaded] = await loadRooms(tx, [roomId], { seats: [peerId] });
    const resumed = change(loaded, {
      type: "resume",
      under: epoch,
      projectId,
      peerId,
      digest: tokenHash,
      freshDigest,
    });
    const seat = resumed?.room.seats.get(peerId);
    if (!loaded || !resumed || !seat) throw refusal("invalid_reconnect");
    const { participant } = seat;
    const identity = participant.identity ?? null;
    await endWith(tx, [
      ...storing([{ ...loaded, change: resumed }]),
      ...(isLive() ? [] : reopening({ projectId, kind: "room", subjectId: roomId, peerId, identity }, node)),
    ]);
    return { peerId, participant, resumeToken };
  };
  return transact(connection, take, { onLate });
}
