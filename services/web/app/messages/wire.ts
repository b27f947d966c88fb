/**
 * The messages of the two pages over `radist-data`. Each side counts its own files from 1; `file`, `file-chunk`
 * and `file-withdrawn` come from a file's sender, `file-received` and `file-refused` from its receiver. A chunk is a binary
 * frame: the file's number as an unsigned 32-bit integer in network order, then bytes. A file is complete when `size`
 * bytes have arrived.
 */
export type WireMessage =
  | {
      readonly type: "presence";
      readonly name: string;
      readonly muted: boolean;
      readonly camera: boolean;
      readonly screen: boolean;
    }
  | { readonly type: "text"; readonly text: string }
  | {
      readonly type: "file";
      readonly file: number;
      readonly name: string;
      readonly size: number;
      readonly mime: string;
    }
  | { readonly type: "file-withdrawn"; readonly file: number }
  | { readonly type: "file-received"; readonly file: number; readonly bytes: number }
  | { readonly type: "file-refused"; readonly file: number; readonly reason: "too-large" | "cancelled" };

export const MAX_TEXT_LENGTH = 8_000;
const MAX_NAME_LENGTH = 255;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isText = (value: unknown, max: number): value is string => typeof value === "string" && value.length <= max;

/** Reads what the other side sent. Null: not a message of this page; another program may be in the call. */
export function readWireMessage(value: unknown): WireMessage | null {
  if (!isRecord(value)) return null;
  const { type, file } = value;
  switch (type) {
    case "presence": {
      const { name, muted, camera, screen } = value;
      if (!isText(name, MAX_NAME_LENGTH)) return null;
      return { type, name, muted: muted === true, camera: camera === true, screen: screen === true };
    }
    case "text":
      return isText(value.text, MAX_TEXT_LENGTH) ? { type, text: value.text } : null;
    case "file": {
      const { name, size, mime } = value;
      if (!isNumber(file) || !isNumber(size) || !isText(name, MAX_NAME_LENGTH) || !isText(mime, MAX_NAME_LENGTH))
        return null;
      return { type, file, name, size, mime };
    }
    case "file-withdrawn":
      return isNumber(file) ? { type, file } : null;
    case "file-received":
      return isNumber(file) && isNumber(value.bytes) ? { type, file, bytes: value.bytes } : null;
    case "file-refused":
      return isNumber(file) ? { type, file, reason: value.reason === "too-large" ? "too-large" : "cancelled" } : null;
    default:
      return null;
  }
}

const HEADER_BYTES = 4;
/** With its header, what every browser accepts as one data channel message. */
export const CHUNK_BYTES = 64 * 1024 - HEADER_BYTES;

export function writeChunk(file: number, bytes: ArrayBuffer): ArrayBuffer {
  const frame = new Uint8Array(HEADER_BYTES + bytes.byteLength);
  new DataView(frame.buffer).setUint32(0, file);
  frame.set(new Uint8Array(bytes), HEADER_BYTES);
  return frame.buffer;
}

export function readChunk(frame: ArrayBuffer): { file: number; bytes: ArrayBuffer } | null {
  if (frame.byteLength < HEADER_BYTES) return null;
  return { file: new DataView(frame).getUint32(0), bytes: frame.slice(HEADER_BYTES) };
}
