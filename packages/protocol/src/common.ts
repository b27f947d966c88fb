import { z } from "zod";
import { ERRORS } from "./errors.ts";

/** A point in time, ISO 8601 in UTC with milliseconds. */
export const Instant = z.iso.datetime().meta({ id: "Instant", example: "2026-05-05T10:30:00.000Z" });

export const RequestId = z
  .string()
  .min(1)
  .max(128)
  .meta({ id: "RequestId", description: "Chosen by the client; echoed in the answer or the error." });

/** Any JSON value. A frame has been parsed as JSON before, so the value itself needs no second walk. */
export const Json = z.unknown().meta({ id: "Json", description: "Any JSON value, passed on as it stands." });

/** Postgres stores no U+0000, and a lone surrogate is no Unicode text. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes("\0");

/** A name that people gave. */
export const Name = z.string().trim().min(1).max(200).refine(isStorableText, "Must be Unicode text");

export const IceServer = z
  .object({
    urls: z.union([z.string(), z.array(z.string())]),
    username: z.string().optional(),
    credential: z.string().optional(),
  })
  .meta({ id: "IceServer", description: "An RTCIceServer (W3C WebRTC)." });
export type IceServer = z.infer<typeof IceServer>;

export const IceServersMessage = z.object({ type: z.literal("ice-servers"), iceServers: z.array(IceServer) }).meta({
  id: "IceServers",
  description:
    "Other servers, before the credentials of the present ones run out. They replace those, for what follows.",
});
export type IceServersMessage = z.infer<typeof IceServersMessage>;

/** `a,b` in a socket's URL, what a client asks for besides; names that this server does not know are ignored. */
export const featureList = <Name extends string>(names: readonly Name[]) =>
  z
    .string()
    .default("")
    .transform((text) => {
      const known = new Set<string>(names);
      return [...new Set(text.split(","))].filter((name): name is Name => known.has(name));
    });

const ProtocolErrorCode = z
  .enum(Object.keys(ERRORS) as [keyof typeof ERRORS, ...(keyof typeof ERRORS)[]])
  .meta({ id: "ErrorCode" });

/** Named by a client, random per token. For 30 s the same token with the same attempt is the same join. */
export const Attempt = z
  .string()
  .regex(/^[A-Za-z0-9_-]{22,64}$/)
  .meta({
    id: "Attempt",
    description:
      "Chosen at random for a token. For 30 s from its first use, the same token with the same attempt is the same join: the answer can be lost and asked for again.",
  });
export type Attempt = z.infer<typeof Attempt>;

/** Any client may ask at any time: browsers hide WebSocket pings (RFC 6455, 5.5.2) from their pages. */
export const Ping = z.object({ type: z.literal("ping"), requestId: RequestId.optional() }).meta({
  id: "Ping",
  description: "Ask whether the socket works. Answer: pong. One a second is not counted against the rate.",
});
export const Pong = z
  .object({ type: z.literal("pong"), requestId: RequestId.optional() })
  .meta({ id: "Pong", description: "The socket works." });
export type Pong = z.infer<typeof Pong>;

export const ProtocolError = z
  .object({ type: z.literal("error"), code: ProtocolErrorCode, message: z.string(), requestId: RequestId.optional() })
  .meta({ id: "ProtocolError", description: "An error of the connection, or of the request that it names." });
export type ProtocolError = z.infer<typeof ProtocolError>;
