import { z } from "zod";

/** `Idempotency-Key`: 1–255 visible ASCII characters, chosen by the caller, good for 24 hours. */
export const IdempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[!-~]{1,255}$/)
    .optional()
    .meta({
      description:
        "Makes a repeat of this request harmless for 24 hours: it is answered as the first one was, with the header Idempotency-Replayed: true.",
      example: "8e03978e-40d5-43e8-bc93-6894a57f9324",
    }),
});
