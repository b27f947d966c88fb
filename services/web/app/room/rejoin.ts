const KEY = "radist.room";

/** Remembers in this tab that the user is in the room, so that a reload goes straight back. */
export function rememberRoom(roomId: string): void {
  try {
    sessionStorage.setItem(KEY, roomId);
  } catch {
    // Storage is forbidden: a reload shows the lobby.
  }
}

export function wasInRoom(roomId: string): boolean {
  try {
    return sessionStorage.getItem(KEY) === roomId;
  } catch {
    return false;
  }
}

export function forgetRoom(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden, so there is nothing to forget.
  }
}
