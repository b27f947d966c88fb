/** Each side counts its own files. `offer`, chunks and `withdrawn` come from a file's sender, the others from a receiver. */
export type FileFrame =
  | {
      readonly type: "offer";
      readonly file: number;
      readonly name: string;
      readonly size: number;
      readonly mime: string;
    }
  | { readonly type: "withdrawn"; readonly file: number }
  | { readonly type: "received"; readonly file: number; readonly bytes: number }
  | { readonly type: "refused"; readonly file: number };

const HEADER_BYTES = 4;

/** With its headers, what every browser accepts as one message. */
export const CHUNK_BYTES = 61_440;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Undefined for what is no such frame. */
export function readFileFrame(text: string): FileFrame | undefined {
  let frame: Record<string, unknown>;
  try {
    frame = Object(JSON.parse(text));
  } catch {
    return undefined;
  }
  const { type, file, name, size, mime, bytes } = frame;
  if (!isCount(file)) return undefined;
  if (type === "withdrawn" || type === "refused") return { type, file };
  if (type === "received" && isCount(bytes)) return { type, file, bytes };
  if (type !== "offer" || !isCount(size) || typeof name !== "string" || typeof mime !== "string") return undefined;
  return { type, file, size, name, mime };
}

/** A chunk: the file's number as an unsigned 32-bit integer in network order, then bytes. */
export function encodeChunk(file: number, bytes: ArrayBuffer): ArrayBuffer {
  const frame = new Uint8Array(HEADER_BYTES + bytes.byteLength);
  new DataView(frame.buffer).setUint32(0, file);
  frame.set(new Uint8Array(bytes), HEADER_BYTES);
  return frame.buffer;
}

export function decodeChunk(frame: ArrayBuffer): { file: number; bytes: ArrayBuffer } | undefined {
  if (frame.byteLength < HEADER_BYTES) return undefined;
  return { file: new DataView(frame).getUint32(0), bytes: frame.slice(HEADER_BYTES) };
}
