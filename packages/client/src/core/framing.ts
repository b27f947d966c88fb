import type { DataMessage, DataPayload } from "../call/types.ts";
import { RadistError } from "./errors.ts";

/**
 * Marks a string frame as JSON. A carriage return is whitespace to JSON (RFC 8259, section 2), so that a peer without
 * this SDK parses the frame as it stands, and no one types one at the start of a text.
 */
const JSON_MARK = "\r";

/** What goes into the data channel: text as it is, JSON as marked text, bytes as they are. */
export function encodeMessage(payload: DataPayload): string | ArrayBuffer {
  if (typeof payload === "string") return payload;
  // Copied, since the caller may write into its buffer while the message waits for its turn.
  if (payload instanceof ArrayBuffer) return payload.slice(0);
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice().buffer;
  }
  const text = typeof payload === "object" && payload !== null ? jsonText(payload) : undefined;
  if (text === undefined) {
    throw new RadistError("invalid_argument", { message: "send() takes text, an object or array, or bytes." });
  }
  return JSON_MARK + text;
}

function jsonText(payload: object): string | undefined {
  try {
    return JSON.stringify(payload);
  } catch (cause) {
    throw new RadistError("invalid_argument", { message: "The object cannot be expressed as JSON.", cause });
  }
}

/** What the other peer sent. A marked frame that is not JSON after all is text. */
export function decodeMessage(frame: string | ArrayBuffer): DataMessage {
  if (typeof frame !== "string") return { type: "binary", data: frame };
  if (!frame.startsWith(JSON_MARK)) return { type: "text", text: frame };
  const text = frame.slice(JSON_MARK.length);
  try {
    return { type: "json", data: JSON.parse(text), text };
  } catch {
    return { type: "text", text: frame };
  }
}

/** Bytes of a frame on the wire: strings travel as UTF-8. */
export function frameBytes(frame: string | ArrayBuffer): number {
  return typeof frame === "string" ? new TextEncoder().encode(frame).byteLength : frame.byteLength;
}
