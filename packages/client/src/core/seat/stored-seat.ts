/** Where a seat is kept for a reload: `sessionStorage`, or anything with the same methods that only this origin can read. */
export type ResumeStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const key = (id: string): string => `radist.resume.${id}`;

export function storeSeat(storage: ResumeStorage, id: string, seat: object): void {
  try {
    storage.setItem(key(id), JSON.stringify(seat));
  } catch {
    // It is full, or the user forbade it: after a reload the user joins again, once the earlier seat is free.
  }
}

/** Forgets the seat in a call or a room, so that a reload does not return to it. */
export function forgetSeat(storage: ResumeStorage, id: string): void {
  try {
    storage.removeItem(key(id));
  } catch {
    // The user forbade it, so there is nothing to forget.
  }
}

/** Whose seat is stored; undefined: nobody's, or what is stored is no seat. */
export function storedPeer(storage: ResumeStorage, id: string): string | undefined {
  try {
    const seat: { peerId?: unknown } | null = JSON.parse(storage.getItem(key(id)) ?? "null");
    return typeof seat?.peerId === "string" ? seat.peerId : undefined;
  } catch {
    return undefined;
  }
}

/** @param fields which have texts; the first one is what the seat is of */
export function readSeat<Field extends string>(
  storage: ResumeStorage,
  id: string,
  fields: readonly [Field, ...Field[]],
): { readonly [Name in Field]: string } | undefined {
  try {
    const seat: Record<Field, unknown> | null = JSON.parse(storage.getItem(key(id)) ?? "null");
    if (seat?.[fields[0]] !== id || !fields.every((name) => typeof seat[name] === "string")) return undefined;
    return seat as { readonly [Name in Field]: string };
  } catch {
    return undefined;
  }
}
