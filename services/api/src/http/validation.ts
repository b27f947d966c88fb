import { type ErrorCode, Refusal } from "@radist-tech/protocol";
import type { z } from "zod";

/** Malformed ids are answered like unknown ones. */
const UNKNOWN: Readonly<Record<string, ErrorCode>> = {
  projectId: "project_not_found",
  keyId: "key_not_found",
  callId: "call_not_found",
  roomId: "room_not_found",
  peerId: "participant_not_found",
};

const QUERY: Readonly<Record<string, ErrorCode>> = {
  page: "invalid_page",
  limit: "invalid_limit",
  from: "invalid_interval",
  to: "invalid_interval",
  interval: "invalid_interval",
  after: "invalid_cursor",
  cursor: "invalid_cursor",
  types: "invalid_types",
  subject: "invalid_subject",
};

type Outcome = { target: string } & ({ success: true } | { success: false; error: z.ZodError });

/**
 * What the router does with the outcome of a validation.
 *
 * @throws {Refusal} for a failed one, naming the part of the request that is wrong
 */
export function refuseInvalid(outcome: Outcome): undefined {
  if (outcome.success) return undefined;
  const issue = outcome.error.issues[0];
  const path = issue?.path.map(String) ?? [];
  const name = path[0] ?? "";
  switch (outcome.target) {
    case "param":
      throw new Refusal(UNKNOWN[name] ?? "not_found");
    case "query":
      throw new Refusal(
        QUERY[name] ?? "not_found",
        `Invalid ${name} query parameter${issue?.code === "custom" ? `: ${issue.message}` : ""}.`,
      );
    case "header":
      throw new Refusal("invalid_idempotency_key");
    default:
      throw new Refusal(
        "invalid_body",
        `Invalid request body: ${[path.join("."), issue?.message].filter(Boolean).join(": ")}.`,
      );
  }
}
