import { RadistError } from "../../core/errors.ts";
import type { Ending, ResumeState } from "../types.ts";
import { lockSeat } from "./seat-lock.ts";
import { forgetSeat, type ResumeStorage, storeSeat } from "./stored-seat.ts";

/** Keeps what a reload of the page needs to return to the same seat, and keeps other tabs from taking it. */
export class SeatKeeper {
  readonly #storage: ResumeStorage | undefined;
  #seat: ResumeState | undefined;
  #lock: Promise<(() => void) | undefined> | undefined;

  constructor(storage: ResumeStorage | undefined) {
    this.#storage = storage;
  }

  /**
   * Before a seat of an earlier page is taken.
   *
   * @throws RadistError `seat_in_use`
   */
  async claim(seat: ResumeState): Promise<void> {
    this.#lock = lockSeat(seat.peerId);
    if (!(await this.#lock)) throw new RadistError("seat_in_use");
  }

  /** The platform gave the seat, or a fresh token for it. */
  seated(seat: ResumeState): void {
    this.#seat = seat;
    this.#lock ??= lockSeat(seat.peerId);
    if (this.#storage) storeSeat(this.#storage, seat);
  }

  /** What failed may be tried again after a reload; any other end is one of the seat. */
  ended({ reason }: Ending): void {
    if (this.#storage && this.#seat && reason !== "failed") forgetSeat(this.#storage, this.#seat.callId);
    void this.#lock?.then((release) => release?.());
  }
}
