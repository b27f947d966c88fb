import { P2PClientMessage } from "@radist-tech/protocol";
import { z } from "zod";

/** What is wrong with a frame, and the request that it belongs to, where that can be told. */
export interface Complaint {
  readonly code: "invalid_message" | "unsupported_message";
  readonly message: string;
  readonly requestId?: string;
}

const Envelope = z.object({ type: z.unknown(), requestId: z.unknown() }).partial();
const TYPES: ReadonlySet<string> = new Set(P2PClientMessage.options.map((option) => option.shape.type.value));

/** Reads a text frame by the schema of the protocol. */
export function readMessage(text: string): { readonly message: P2PClientMessage } | Complaint {
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
  if (!TYPES.has(type)) {
    return {
      code: "unsupported_message",
      message: `Unknown message type ${JSON.stringify(type.slice(0, 64))}.`,
      ...echo,
    };
  }
  const result = P2PClientMessage.safeParse(json);
  if (result.success) return { message: result.data };
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") || "message";
  return { code: "invalid_message", message: `${field}: ${issue?.message ?? "invalid"}.`, ...echo };
}

/** A request id that is itself malformed cannot be echoed. */
function echoOf(requestId: unknown): { requestId?: string } {
  return typeof requestId === "string" && requestId.length > 0 && requestId.length <= 128 ? { requestId } : {};
}
