/** How many tiles the stage shows at most, with the user's own. */
export const MAX_TILES = 25;

/**
 * Who is shown when there is no room for all: those who spoke last, then those who joined first. They are in the order in
 * which they joined, so that no tile jumps about. One tile is left to say how many more there are.
 *
 * @param tiles for the others
 * @param lastSpoke by peer id, higher the later they spoke
 */
export function visibleParticipants<P extends { readonly peerId: string }>(
  all: readonly P[],
  tiles: number,
  lastSpoke: ReadonlyMap<string, number>,
): { shown: readonly P[]; more: number } {
  if (all.length <= tiles) return { shown: all, more: 0 };
  const turn = ({ peerId }: P): number => lastSpoke.get(peerId) ?? 0;
  const chosen = new Set(all.toSorted((a, b) => turn(b) - turn(a)).slice(0, tiles - 1));
  return { shown: all.filter((person) => chosen.has(person)), more: all.length - chosen.size };
}
