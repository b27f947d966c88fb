import { ERRORS, ErrorBody, type ErrorCode } from "@radist-tech/protocol";

interface RefusalResponse {
  description: string;
  content: {
    "application/json": {
      schema: typeof ErrorBody;
      examples: Record<string, { value: ErrorBody }>;
    };
  };
}

/** Refusals of every route. */
const ALWAYS = ["unavailable", "internal_error"] as const;

/** What routes behind a secret key, with a body, or with an Idempotency-Key have in common. */
export const SECRET_KEY_REFUSALS = ["missing_bearer_token", "invalid_secret_key", "too_many_failures"] as const;
export const BODY_REFUSALS = ["invalid_body", "body_too_large"] as const;
export const IDEMPOTENCY_REFUSALS = [
  "invalid_idempotency_key",
  "idempotency_key_reused",
  "idempotency_in_progress",
] as const;

type RefusalResponses<Code extends ErrorCode> = Record<
  (typeof ERRORS)[Code | (typeof ALWAYS)[number]]["status"],
  RefusalResponse
>;

/** The failures in a route's description: by status, with the sentences of the error table. */
export function refuses<const Code extends ErrorCode>(...codes: readonly Code[]): RefusalResponses<Code> {
  const responses: Record<number, RefusalResponse> = {};
  for (const code of [...codes, ...ALWAYS]) {
    const { status, message } = ERRORS[code];
    const response = responses[status] ?? {
      description: "",
      content: { "application/json": { schema: ErrorBody, examples: {} } },
    };
    responses[status] = response;
    response.description = [response.description, message].filter(Boolean).join(" ");
    response.content["application/json"].examples[code] = { value: { error: message, code } };
  }
  return responses as RefusalResponses<Code>;
}
