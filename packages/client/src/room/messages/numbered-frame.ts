import type { Frame } from "../../core/framing.ts";

/**
 * Acknowledged messages. Each frame of a stream names its predecessor, so that a receiver sees what it missed. Receivers
 * answer on a channel of their own, which is open to all. SDKs that do not acknowledge know neither label, and are sent the
 * plain frames of `radist-data`.
 */
export const NUMBERED_LABEL = "radist-messages";

/** A frame in its stream. Sequence numbers start at 1. */
export interface NumberedFrame {
  /** Random: a sender's messages to all, or to one. */
  readonly stream: number;
  readonly sequence: number;
  /** The frame before this one, of those that are meant for this receiver; 0: none. */
  readonly previous: number;
  readonly frame: Frame;
}

/** A receiver has everything up to `sequence`. */
export interface Acknowledgement {
  readonly stream: number;
  readonly sequence: number;
  /** What follows has been lost on the way. */
  readonly isGap: boolean;
}

/** Type (0: bytes, 1: text), stream, sequence, previous; numbers in network order. */
export const HEADER_BYTES = 13;
const ACKNOWLEDGEMENT_BYTES = 9;

export function encodeNumbered({ stream, sequence, previous, frame }: NumberedFrame): ArrayBuffer {
  const isText = typeof frame === "string";
  const payload = isText ? new TextEncoder().encode(frame) : new Uint8Array(frame);
  const bytes = new Uint8Array(HEADER_BYTES + payload.byteLength);
  const header = new DataView(bytes.buffer);
  header.setUint8(0, isText ? 1 : 0);
  header.setUint32(1, stream);
  header.setUint32(5, sequence);
  header.setUint32(9, previous);
  bytes.set(payload, HEADER_BYTES);
  return bytes.buffer;
}

/** Undefined for what is no such frame: it comes from another program. */
export function decodeNumbered(data: unknown): NumberedFrame | undefined {
  if (!(data instanceof ArrayBuffer) || data.byteLength < HEADER_BYTES) return undefined;
  const header = new DataView(data);
  const payload = data.slice(HEADER_BYTES);
  return {
    stream: header.getUint32(1),
    sequence: header.getUint32(5),
    previous: header.getUint32(9),
    frame: header.getUint8(0) === 1 ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(payload) : payload,
  };
}

export function encodeAcknowledgement({ stream, sequence, isGap }: Acknowledgement): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(ACKNOWLEDGEMENT_BYTES));
  view.setUint32(0, stream);
  view.setUint32(4, sequence);
  view.setUint8(8, isGap ? 1 : 0);
  return view.buffer;
}

export function decodeAcknowledgement(data: unknown): Acknowledgement | undefined {
  if (!(data instanceof ArrayBuffer) || data.byteLength < ACKNOWLEDGEMENT_BYTES) return undefined;
  const view = new DataView(data);
  return { stream: view.getUint32(0), sequence: view.getUint32(4), isGap: view.getUint8(8) === 1 };
}
