/** The opaque text that stands for a position, as readers keep it. */
export const cursorAt = (position: number): string => `evc_${position.toString(36)}`;

/** The position that a cursor stands for; undefined for a text that {@link cursorAt} cannot have made. */
export function positionOf(cursor: string): number | undefined {
  if (!/^evc_[0-9a-z]{1,11}$/.test(cursor)) return undefined;
  const position = Number.parseInt(cursor.slice("evc_".length), 36);
  return Number.isSafeInteger(position) && cursorAt(position) === cursor ? position : undefined;
}
