import { z } from "zod";
import { RequestId } from "./common.ts";

/** Why a client's media has no path. Metrics count by these, so they are few, and no client can add one. */
export const ICE_FAILURE_REASONS = [
  "no_candidates",
  "no_remote_candidates",
  "turn_unreachable",
  "turn_unauthorized",
  "turn_refused",
  "relay_failed",
  "udp_blocked",
  "no_relay",
  "server_unreachable",
  "dtls_failed",
  "path_lost",
  "unknown",
] as const;
export type IceFailureReason = (typeof ICE_FAILURE_REASONS)[number];

/** What a server accepts beyond the published contract, as its answer to a join says. */
export const Accepts = z.array(z.string()).meta({
  id: "Accepts",
  description: "Types of messages that this server takes from clients, and earlier ones did not: ice-failure.",
});

export const IceFailure = z
  .object({
    type: z.literal("ice-failure"),
    reason: z
      .string()
      .regex(/^[a-z_]{1,64}$/)
      .meta({ description: `One of ${ICE_FAILURE_REASONS.join(", ")}; any other counts as unknown.` }),
    requestId: RequestId.optional(),
  })
  .meta({
    id: "IceFailure",
    description:
      "Report that media has had no path for a while, and why, for the operator's metrics. Only to a server whose answer to the join has it among accepts. More than two in a row, or one in 10 s, are refused: rate_limited. In a room it is answered by ack where it has a requestId.",
  });
export type IceFailure = z.infer<typeof IceFailure>;

/** What a report counts as. */
export function iceFailureReason(reported: string): IceFailureReason {
  return ICE_FAILURE_REASONS.find((reason) => reason === reported) ?? "unknown";
}
