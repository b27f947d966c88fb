import { Buffer } from "node:buffer";

export interface PacketParts {
  readonly payloadType: number;
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
  readonly ssrc?: number;
  readonly marker?: boolean;
  /** Contributing sources, each 32 bits. */
  readonly sources?: readonly number[];
  /** Of a header extension, in words of 32 bits. */
  readonly extension?: readonly number[];
  /** What that begins with (RFC 8285): by default, of elements with one byte before them. */
  readonly extensionProfile?: number;
  /** How many bytes of padding follow, their number included. */
  readonly padding?: number;
}

/** An RTP packet (RFC 3550, section 5.1). */
export function rtpPacket(parts: PacketParts, payload: Uint8Array): Buffer {
  const { payloadType, sequenceNumber = 0, timestamp = 0, ssrc = 1, marker = false, sources = [], padding = 0 } = parts;
  const { extension, extensionProfile = 0xbede } = parts;
  const header = Buffer.alloc(12);
  header[0] = 0x80 | (padding ? 0x20 : 0) | (extension ? 0x10 : 0) | sources.length;
  header[1] = (marker ? 0x80 : 0) | payloadType;
  header.writeUInt16BE(sequenceNumber, 2);
  header.writeUInt32BE(timestamp, 4);
  header.writeUInt32BE(ssrc, 8);
  const trailer = Buffer.alloc(padding, 0);
  if (padding) trailer[padding - 1] = padding;
  return Buffer.concat([
    header,
    words(sources),
    ...(extension ? [words([((extensionProfile << 16) | extension.length) >>> 0]), words(extension)] : []),
    payload,
    trailer,
  ]);
}

/** A payload of RED (RFC 2198, section 3): what is repeated, oldest first, then what is new. */
export function redPayload(payloadType: number, repeated: readonly Uint8Array[], fresh: Uint8Array): Buffer {
  const headers = repeated.map(({ length }, index) => {
    const offset = 960 * (repeated.length - index);
    return Buffer.from([0x80 | payloadType, offset >> 6, ((offset & 0x3f) << 2) | (length >> 8), length & 0xff]);
  });
  return Buffer.concat([...headers, Buffer.from([payloadType]), ...repeated, fresh]);
}

function words(values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}
