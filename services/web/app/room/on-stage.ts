/** How many tiles the stage shows at most, the own one included. */
export const MOST_TILES = 25;

/**
 * Who is shown when not all can be: those who spoke last, then those who came first; in the order they came, so that
 * nobody jumps about. One tile is left to say how many more there are.
 *
 * @param places for the others
 * @param spoke by peer id, the higher the later
 */
export function onStage<P extends { readonly peerId: string }>(
  everybody: readonly P[],
  places: number,
  spoke: ReadonlyMap<string, number>,
): { shown: readonly P[]; more: number } {
  if (everybody.length <= places) return { shown: everybody, more: 0 };
  const turn = ({ peerId }: P): number => spoke.get(peerId) ?? 0;
  const chosen = new Set(everybody.toSorted((a, b) => turn(b) - turn(a)).slice(0, places - 1));
  return { shown: everybody.filter((person) => chosen.has(person)), more: everybody.length - chosen.size };
}
