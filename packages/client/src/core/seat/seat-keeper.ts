import { RadistError } from "../errors.ts";
import { lockSeat } from "./seat-lock.ts";
import { forgetSeat, type ResumeStorage, storedPeer, storeSeat } from "./stored-seat.ts";

/** What proves a seat to the platform. */
interface Seat {
  readonly peerId: string;
}

/** Keeps what a reload of the page needs to return to the same seat, and keeps other tabs from taking it. */
export class SeatKeeper {
  readonly #storage: ResumeStorage | undefined;
  #seat: { readonly id: string; readonly peerId: string } | undefined;
  #lock: Promise<(() => void) | undefined> | undefined;

  constructor(storage: ResumeStorage | undefined) {
    this.#storage = storage;
  }

  /**
   * Before a seat of an earlier page is taken. From then on it is forgotten with the connection: one that the platform has
   * given up must not be tried at each reload.
   *
   * @param id of the call or the room
   * @throws RadistError `seat_in_use`; what is stored stays, since the other page may be about to go
   */
  async claim(id: string, { peerId }: Seat): Promise<void> {
    this.#lock = lockSeat(peerId);
    if (!(await this.#lock)) throw new RadistError("seat_in_use");
    this.#seat = { id, peerId };
  }

  /**
   * The platform gave the seat, or a fresh token for it.
   *
   * @param id of the call or the room
   */
  seated(id: string, seat: Seat): void {
    this.#seat = { id, peerId: seat.peerId };
    this.#lock ??= lockSeat(seat.peerId);
    if (this.#storage) storeSeat(this.#storage, id, seat);
  }

  /**
   * What failed may be tried again after a reload; any other end is one of the seat. Another one that the page has taken in
   * the same call or room stays stored.
   */
  ended({ reason }: { readonly reason: string }): void {
    const storage = this.#storage;
    if (storage && this.#seat && reason !== "failed") {
      const { id, peerId } = this.#seat;
      if (storedPeer(storage, id) === peerId) forgetSeat(storage, id);
    }
    void this.#lock?.then((release) => release?.());
  }
}
