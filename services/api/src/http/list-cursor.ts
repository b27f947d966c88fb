import type { ListPosition } from "@radist-tech/db";

/** The opaque text that stands for a row of a list, as readers keep it. */
export const cursorOf = ({ createdAt, id }: ListPosition): string => `lsc_${createdAt.getTime().toString(36)}_${id}`;

/** Nine digits reach into the year 5188. */
const CURSOR = /^lsc_([0-9a-z]{1,9})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The row that a cursor stands for; undefined for a text that {@link cursorOf} cannot have made. */
export function positionOf(cursor: string): ListPosition | undefined {
  const [, time, id] = CURSOR.exec(cursor) ?? [];
  if (time === undefined || id === undefined) return undefined;
  const position = { createdAt: new Date(Number.parseInt(time, 36)), id };
  return cursorOf(position) === cursor ? position : undefined;
}
