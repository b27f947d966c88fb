import type { ListPage } from "@radist-tech/db";
import { z } from "zod";
import { cursorOf, positionOf } from "./list-cursor.ts";

/** A whole number without sign, fraction or leading zero, between 1 and `max`. */
export const counting = (max: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(max));

/** What lies behind so many rows is reached by the cursor: to skip rows, the database has to read them. */
const LAST_ROW = 10_000;

const Cursor = z
  .string()
  .transform((text, context) => {
    const position = positionOf(text);
    if (position) return position;
    context.addIssue({ code: "invalid_format", format: "cursor" });
    return z.NEVER;
  })
  .openapi({
    type: "string",
    description: "The cursor of the page before; page then has no meaning. Reaches all there is.",
  });

/** The part of a list that is asked for. */
export const PageQuery = z
  .object({
    page: counting(999_999_999_999_999).default(1).openapi({
      type: "integer",
      minimum: 1,
      default: 1,
      description: "Pages that begin behind row 10,000 are refused: give cursor instead.",
    }),
    limit: counting(100).default(20).openapi({ type: "integer", minimum: 1, maximum: 100, default: 20 }),
    cursor: Cursor.optional(),
  })
  .check(({ value, issues }) => {
    if (value.cursor || (value.page - 1) * value.limit < LAST_ROW) return;
    issues.push({ code: "too_big", maximum: LAST_ROW, origin: "int", path: ["page"], input: value.page });
  });
export type PageQuery = z.infer<typeof PageQuery>;

/** What all pages tell of themselves. */
export const pageOf = ({ page, limit }: PageQuery, { next, total }: ListPage) => ({
  page,
  limit,
  total,
  ...(next && { cursor: cursorOf(next) }),
});

/** A call or a room as a list shows it. */
export const summaryOf = ({ createdAt, tombstonedAt }: ListPage["rows"][number]) => ({
  createdAt: createdAt.toISOString(),
  tombstonedAt: tombstonedAt?.toISOString() ?? null,
});
