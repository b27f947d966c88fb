/** How long a lock is waited for, milliseconds: a page that is being reloaded may still have it. */
const PATIENCE_MS = 500;

/** The seats that this page has, which it may take once more. The last connection that gives one back releases it. */
const ownSeats = new Map<string, { holders: number; readonly release: () => void }>();

function holdOnceMore(peerId: string): (() => void) | undefined {
  const own = ownSeats.get(peerId);
  if (!own) return undefined;
  own.holders++;
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    own.holders--;
    if (own.holders > 0) return;
    ownSeats.delete(peerId);
    own.release();
  };
}

/**
 * Marks a seat as in use by this page, by a Web Lock: a duplicated tab, which has a copy of everything that the first one
 * stored, must not take its seat. The browser releases the lock with the page.
 *
 * @returns what gives it back; undefined when another page of this browser has it
 */
export async function lockSeat(peerId: string): Promise<(() => void) | undefined> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return () => {};
  const own = holdOnceMore(peerId);
  if (own) return own;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await new Promise((resolve, reject) => {
      const hold = (): Promise<void> =>
        new Promise((release) => {
          ownSeats.set(peerId, { holders: 0, release });
          resolve(holdOnceMore(peerId));
        });
      locks.request(`radist.seat.${peerId}`, { signal: patience.signal }, hold).catch(reject);
    });
  } catch {
    // Otherwise the page has an opaque origin: it has no locks, and shares its storage with nobody.
    return patience.signal.aborted ? undefined : () => {};
  } finally {
    clearTimeout(timer);
  }
}
