import { RadistError } from "../errors.ts";
import { lockSeat } from "./seat-lock.ts";
import { forgetSeat, type ResumeStorage, storeSeat } from "./stored-seat.ts";

/** What proves a seat to the platform. */
interface Seat {
  readonly peerId: string;
}

/** Keeps what a reload of the page needs to return to the same seat, and keeps other tabs from taking it. */
export class SeatKeeper {
  readonly #storage: ResumeStorage | undefined;
  #id: string | undefined;
  #lock: Promise<(() => void) | undefined> | undefined;

  constructor(storage: ResumeStorage | undefined) {
    this.#storage = storage;
  }

  /**
   * Before a seat of an earlier page is taken.
   *
   * @throws RadistError `seat_in_use`
   */
  async claim({ peerId }: Seat): Promise<void> {
    this.#lock = lockSeat(peerId);
    if (!(await this.#lock)) throw new RadistError("seat_in_use");
  }

  /**
   * The platform gave the seat, or a fresh token for it.
   *
   * @param id of the call or the room
   */
  seated(id: string, seat: Seat): void {
    this.#id = id;
    this.#lock ??= lockSeat(seat.peerId);
    if (this.#storage) storeSeat(this.#storage, id, seat);
  }

  /** What failed may be tried again after a reload; any other end is one of the seat. */
  ended({ reason }: { readonly reason: string }): void {
    if (this.#storage && this.#id !== undefined && reason !== "failed") forgetSeat(this.#storage, this.#id);
    void this.#lock?.then((release) => release?.());
  }
}
