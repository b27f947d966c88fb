import type { z } from "zod";

/** A JSON answer. */
export const answers = <Schema extends z.ZodType>(description: string, schema: Schema) => ({
  description,
  content: { "application/json": { schema } },
});

/** A JSON body. */
export const takes = <Schema extends z.ZodType, Required extends boolean>(schema: Schema, required: Required) => ({
  content: { "application/json": { schema } },
  required,
});

/** Which credential a route asks for, as the document calls it. */
export const SECURITY = {
  admin: [{ adminToken: [] }],
  secretKey: [{ secretKey: [] }],
  publicKey: [{ publicKey: [] }],
};
