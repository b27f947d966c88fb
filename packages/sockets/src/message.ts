import { z } from "zod";

/** What is wrong with a frame, and the request that it belongs to, where that is known. */
export interface Complaint {
  readonly code: "invalid_message" | "unsupported_message";
  readonly message: string;
  readonly requestId?: string;
}

const Envelope = z.object({ type: z.unknown(), requestId: z.unknown() }).partial();

type Messages = z.ZodDiscriminatedUnion<z.ZodObject<{ type: z.ZodLiteral<string> }>[], "type">;

/** Reads text frames by the schema of a protocol. */
export function messageReader<Schema extends Messages>(
  schema: Schema,
): (text: string) => { readonly message: z.infer<Schema> } | Complaint {
  const types: ReadonlySet<string> = new Set(schema.options.map((option) => option.shape.type.value));
  return (text) => readMessage(text, schema, types);
}

function readMessage<Schema extends Messages>(
  text: string,
  schema: Schema,
  types: ReadonlySet<string>,
): { readonly message: z.infer<Schema> } | Complaint {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { code: "invalid_message", message: "The message is not JSON." };
  }
  const envelope = Envelope.safeParse(json);
  if (!envelope.success) return { code: "invalid_message", message: "The message is not a JSON object." };
  const { type, requestId } = envelope.data;
  const echo = echoOf(requestId);
  if (typeof type !== "string") return { code: "invalid_message", message: "type: must be a string.", ...echo };
  if (!types.has(type)) {
    return {
      code: "unsupported_message",
      message: `Unknown message type ${JSON.stringify(type.slice(0, 64))}.`,
      ...echo,
    };
  }
  const result = schema.safeParse(json);
  if (result.success) return { message: result.data };
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") || "message";
  return { code: "invalid_message", message: `${field}: ${issue?.message ?? "invalid"}.`, ...echo };
}

/** A request id that is itself malformed cannot be echoed. */
function echoOf(requestId: unknown): { requestId?: string } {
  return typeof requestId === "string" && requestId.length > 0 && requestId.length <= 128 ? { requestId } : {};
}
