import { z } from "zod";
import { Instant, Name } from "./common.ts";
import { CallToken, PublicKey, SecretKey } from "./credentials.ts";
import { CallId, KeyId, ProjectId } from "./ids.ts";
import { LIST_DESCRIPTION, ListCursor } from "./list-cursor.ts";
import { CallSnapshot } from "./p2p.ts";

/** Body of every failed request. `error` is a sentence for people; `code` is stable, for programs. */
export const ErrorBody = z
  .object({ error: z.string(), code: z.string().optional(), requestId: z.string().optional() })
  .meta({ id: "Error" });
export type ErrorBody = z.infer<typeof ErrorBody>;

/** The API in a few words. */
export const ApiInfo = z
  .object({
    name: z.string(),
    version: z.string().describe("Of the platform that serves this API, such as 0.1.0."),
    docs: z.string().describe("Where the API is described for people."),
    openapi: z.string(),
    asyncapi: z.string(),
  })
  .meta({ id: "ApiInfo", description: "Which platform this is, and the paths of its descriptions." });
export type ApiInfo = z.infer<typeof ApiInfo>;

// ── Calls ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `public`: a public key may mint tokens. `private`: only a secret key may. */
export const AccessControl = z.enum(["private", "public"]).meta({ id: "AccessControl" });
export type AccessControl = z.infer<typeof AccessControl>;

/** Bodies of requests are strict: a member that is misspelt is refused by its name, and not left out in silence. */
export const CreateCall = z.strictObject({ accessControl: AccessControl.optional() }).meta({ id: "CreateCall" });
export type CreateCall = z.infer<typeof CreateCall>;

export const CreatedCall = z
  .object({ callId: CallId, callTokens: z.tuple([CallToken, CallToken]), accessControl: AccessControl })
  .meta({ id: "CreatedCall", description: "A call and a token for each of its two seats." });
export type CreatedCall = z.infer<typeof CreatedCall>;

export const MintedCallToken = z.object({ callToken: CallToken }).meta({ id: "MintedCallToken" });
export type MintedCallToken = z.infer<typeof MintedCallToken>;

export const CallSummary = z
  .object({ callId: CallId, createdAt: Instant, tombstonedAt: Instant.nullable() })
  .meta({ id: "CallSummary" });
export type CallSummary = z.infer<typeof CallSummary>;

export const CallPage = z
  .object({ calls: z.array(CallSummary), page: z.int(), limit: z.int(), total: z.int(), cursor: ListCursor.optional() })
  .meta({ id: "CallPage", description: LIST_DESCRIPTION });
export type CallPage = z.infer<typeof CallPage>;

export const CallDetails = CallSnapshot.extend({
  accessControl: AccessControl,
  tombstonedAt: Instant.nullable(),
}).meta({ id: "CallDetails" });
export type CallDetails = z.infer<typeof CallDetails>;

// ── Projects and keys ────────────────────────────────────────────────────────────────────────────────────────────────

export const CreateProject = z.strictObject({ name: Name }).meta({ id: "CreateProject" });
export type CreateProject = z.infer<typeof CreateProject>;

export const CreatedProject = z
  .object({ projectId: ProjectId, name: z.string(), publicKey: PublicKey, secretKey: SecretKey })
  .meta({ id: "CreatedProject", description: "The secret key is shown this once." });
export type CreatedProject = z.infer<typeof CreatedProject>;

/** A web origin (RFC 6454), such as `https://example.com`. */
const Origin = z
  .string()
  .refine(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    "Must be an origin, such as https://example.com",
  );

export const StripeCustomerId = z.string().regex(/^cus_[0-9A-Za-z]{1,250}$/);

export const UpdateProject = z
  .strictObject({
    name: Name.optional(),
    /** Empty or null: any origin. */
    allowedOrigins: z.array(Origin).max(100).nullable().optional(),
    /** How many calls and rooms may be open at once. Null: no limit. */
    connectionLimit: z.int().min(0).max(1_000_000_000).nullable().optional(),
    defaultAccessControl: AccessControl.optional(),
    /** Whom Stripe bills for participants in rooms, from the next full hour on. Null: nobody. */
    stripeCustomerId: StripeCustomerId.nullable().optional(),
  })
  .meta({ id: "UpdateProject" });
export type UpdateProject = z.infer<typeof UpdateProject>;

export const Project = z
  .object({
    projectId: ProjectId,
    name: z.string(),
    publicKey: PublicKey,
    allowedOrigins: z.array(z.string()),
    connectionLimit: z.int().nullable(),
    defaultAccessControl: AccessControl,
    stripeCustomerId: z.string().nullable(),
    createdAt: Instant,
  })
  .meta({ id: "Project" });
export type Project = z.infer<typeof Project>;

export const CreateKey = z.strictObject({ name: Name }).meta({ id: "CreateKey" });
export type CreateKey = z.infer<typeof CreateKey>;

export const CreatedKey = z
  .object({ keyId: KeyId, secretKey: SecretKey })
  .meta({ id: "CreatedKey", description: "The secret key is shown this once." });
export type CreatedKey = z.infer<typeof CreatedKey>;

export const Key = z
  .object({
    keyId: KeyId,
    name: z.string(),
    createdAt: Instant,
    lastUsedAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
  })
  .meta({ id: "Key" });
export type Key = z.infer<typeof Key>;
