import { RadistError } from "./errors.ts";
import { jsonText } from "./json-text.ts";

/** A message of another peer over the data channel. */
export type DataMessage =
  | { readonly type: "text"; readonly text: string }
  /** `data` is what the sender passed to `send`, parsed; its shape is unchecked. */
  | { readonly type: "json"; readonly data: unknown; readonly text: string }
  | { readonly type: "binary"; readonly data: ArrayBuffer };

/** What may be passed to `send`: text, an object or array that JSON can express, or bytes, which a Blob or File has, too. */
export type DataPayload = string | object | ArrayBuffer | ArrayBufferView | Blob;

/** A message as it travels. */
export type Frame = string | ArrayBuffer;

/** A message that is to be sent. The bytes of a Blob are read when it is its turn. */
export type OutgoingFrame = Frame | Blob;

/** The label by which either side knows the data channel of this package. */
export const DATA_CHANNEL_LABEL = "radist-data";

/**
 * Marks a string frame as JSON. A carriage return is whitespace to JSON (RFC 8259, section 2), so that a peer without
 * this SDK can parse the frame as it is, and nobody types one at the start of a text.
 */
const JSON_MARK = "\r";

/** Text travels as it is, JSON as marked text, bytes as they are. */
export function encodeMessage(payload: DataPayload): OutgoingFrame {
  if (typeof payload === "string" || payload instanceof Blob) return payload;
  // Copied, since the caller may write to its buffer while the message is queued.
  if (payload instanceof ArrayBuffer) return payload.slice(0);
  if (ArrayBuffer.isView(payload)) {
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice().buffer;
  }
  return JSON_MARK + jsonText(payload);
}

/** @throws RadistError `invalid_argument` when the Blob can no longer be read */
export async function readFrame(frame: OutgoingFrame): Promise<Frame> {
  if (!(frame instanceof Blob)) return frame;
  try {
    return await frame.arrayBuffer();
  } catch (cause) {
    throw new RadistError("invalid_argument", { message: "The Blob or File could not be read.", cause });
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
export function frameBytes(frame: OutgoingFrame): number {
  if (frame instanceof Blob) return frame.size;
  return typeof frame === "string" ? new TextEncoder().encode(frame).byteLength : frame.byteLength;
}
