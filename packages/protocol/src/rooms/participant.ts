import { z } from "zod";
import { isStorableText, Name } from "../common.ts";

const MAX_METADATA_BYTES = 16 * 1024;
const MAX_METADATA_LEVELS = 64;

/** Stops at the last level that is allowed: nesting without end would exhaust the stack, here and in Postgres. */
const isStorable = (value: unknown, levels: number): boolean =>
  typeof value === "string"
    ? isStorableText(value)
    : typeof value !== "object" ||
      value === null ||
      (levels > 0 &&
        Object.entries(value).every(([name, inner]) => isStorableText(name) && isStorable(inner, levels - 1)));

const isBounded = (value: unknown): boolean =>
  value !== undefined &&
  isStorable(value, MAX_METADATA_LEVELS) &&
  new TextEncoder().encode(JSON.stringify(value)).length <= MAX_METADATA_BYTES;

/** What comes here was parsed as JSON before; z.json() would walk through it once more, recursively. */
const ParsedJson = z.unknown() as z.ZodType<z.core.util.JSONType, z.core.util.JSONType>;

/** A JSON value of at most 16 KiB and 64 levels that Postgres can store. */
export const Metadata = ParsedJson.refine(
  isBounded,
  "Must be JSON of at most 16 KiB and 64 levels, without U+0000",
).meta({ id: "Metadata", description: "Any JSON value of at most 16 KiB and 64 levels." });
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

/** What becomes of earlier participants of the same identity when one joins: they stay, or are `superseded`. */
export const DuplicateIdentity = z.enum(["allow", "replace"]).meta({ id: "DuplicateIdentity" });
export type DuplicateIdentity = z.infer<typeof DuplicateIdentity>;

/** `required`: who has not announced an end-to-end key may not publish. */
export const E2eeMode = z.enum(["optional", "required"]).meta({ id: "E2eeMode" });
export type E2eeMode = z.infer<typeof E2eeMode>;
