import { z } from "zod";

/** A whole number without sign, fraction or leading zero, between 1 and `max`. */
const counting = (max: number) =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/)
    .transform(Number)
    .pipe(z.int().min(1).max(max));

/** Which part of a list is asked for. */
export const PageQuery = z.object({
  page: counting(999_999_999_999_999).default(1).openapi({ type: "integer", minimum: 1, default: 1 }),
  limit: counting(100).default(20).openapi({ type: "integer", minimum: 1, maximum: 100, default: 20 }),
});
export type PageQuery = z.infer<typeof PageQuery>;
