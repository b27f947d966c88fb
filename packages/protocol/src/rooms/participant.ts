import { z } from "zod";
import { isStorableText, Name } from "../common.ts";

const MAX_METADATA_BYTES = 16 * 1024;

/** A JSON value of at most 16 KiB that Postgres can store. */
export const Metadata = z
  .json()
  .refine((value) => {
    const text = JSON.stringify(value);
    return text.length <= MAX_METADATA_BYTES && !text.includes("\\u0000") && isStorableText(text);
  }, "Must be JSON of at most 16 KiB, without U+0000")
  .meta({ id: "Metadata", description: "Any JSON value of at most 16 KiB." });
export type Metadata = z.infer<typeof Metadata>;

/** Who a participant is, as the backend says it when it mints the token. */
export const ParticipantInfo = z
  .object({
    /** The backend's own name for the person: what kicking and usage go by. */
    identity: z.string().min(1).max(128).refine(isStorableText, "Must be Unicode text").optional(),
    name: Name.optional(),
    metadata: Metadata.optional(),
  })
  .meta({ id: "ParticipantInfo" });
export type ParticipantInfo = z.infer<typeof ParticipantInfo>;

/** A participant and what it may do. */
export const Participant = ParticipantInfo.extend({
  canPublish: z.boolean().default(true),
  canSubscribe: z.boolean().default(true),
}).meta({ id: "Participant" });
export type Participant = z.infer<typeof Participant>;

/** `required`: who has not announced an end-to-end key may not publish. */
export const E2eeMode = z.enum(["optional", "required"]).meta({ id: "E2eeMode" });
export type E2eeMode = z.infer<typeof E2eeMode>;
