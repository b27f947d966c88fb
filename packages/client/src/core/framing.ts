import { RadistError } from "./errors.ts";

/** A message of another peer over the data channel. */
export type DataMessage =
  | { readonly type: "text"; readonly text: string }
  /** `data` is what the sender passed to `send`, parsed; its shape is unchecked. */
  | { readonly type: "json"; readonly data: unknown; readonly text: string }
  | { readonly type: "binary"; readonly data: ArrayBuffer };

/** What may be passed to `send`: text, an object or array that JSON can express, or bytes. */
export type DataPayload = string | object | ArrayBuffer | ArrayBufferView;

/** A message as it travels. */
export type Frame = string | ArrayBuffer;

/** The label by which either side knows the data channel of this package. */
export const DATA_CHANNEL_LABEL = "radist-data";

/**
 * Marks a string frame as JSON. A carriage return is whitespace to JSON (RFC 8259, section 2), so that a peer without
 * this SDK can parse the frame as it is, and nobody types one at the start of a text.
 */
const JSON_MARK = "\r";

/** Text travels as it is, JSON as marked text, bytes as they are. */
export function encodeMessage(payload: DataPayload): Frame {
  if (typeof payload === "string") return payload;
  // Copied, since the caller may write to its buffer while the message is queued.
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

/** Reads what another peer sent. A marked frame that is not JSON after all is text. */
export function decodeMessage(frame: Frame): DataMessage {
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
export function frameBytes(frame: Frame): number {
  return typeof frame === "string" ? new TextEncoder().encode(frame).byteLength : frame.byteLength;
}
