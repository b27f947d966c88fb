import { forgetSeat, RadistError, type ResumeStorage } from "@radist-tech/client";
import { tabStorage } from "../ui/tab-storage.ts";

/**
 * The seat in one call or room that this tab keeps for a reload. In sessionStorage alone: it is a credential, so it belongs
 * in no address and in nothing that outlives the tab.
 */
export class TabSeat<Seat> {
  readonly #id: string;
  readonly #read: (storage: ResumeStorage, id: string) => Seat | undefined;

  /** @param read `storedSeat` or `storedRoomSeat` */
  constructor(id: string, read: (storage: ResumeStorage, id: string) => Seat | undefined) {
    this.#id = id;
    this.#read = read;
  }

  /** For the SDK, which stores the seat as soon as there is one. */
  get storage(): { readonly resumeStorage?: ResumeStorage } {
    const resumeStorage = tabStorage();
    return resumeStorage ? { resumeStorage } : {};
  }

  get isHeld(): boolean {
    return this.#stored() !== undefined;
  }

  /** @throws RadistError `invalid_reconnect` when the storage was cleared between two steps */
  read(): Seat {
    const seat = this.#stored();
    if (!seat) throw new RadistError("invalid_reconnect");
    return seat;
  }

  forget(): void {
    const storage = tabStorage();
    if (storage) forgetSeat(storage, this.#id);
  }

  #stored(): Seat | undefined {
    const storage = tabStorage();
    return storage && this.#read(storage, this.#id);
  }
}
