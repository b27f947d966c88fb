/** Fixed header of RTP (RFC 3550, section 5.1), bytes. */
const FIXED = 12;
/** Header of a block of RED (RFC 2198, section 3), bytes: of one that is repeated, and of the last, which is new. */
const REPEATED = 4;
const LAST = 1;

const PADDED = 0x20;
const EXTENDED = 0x10;
const MARKER = 0x80;
const MORE = 0x80;

/**
 * An RTP packet of RED as a packet of what it carries: the new frame, without those that it repeats.
 *
 * @param payloadType of the new packet
 * @returns a packet of its own memory; undefined for what is no packet of RED
 */
export function unpacked(packet: Uint8Array, payloadType: number): Uint8Array | undefined {
  const begin = payloadBegin(packet);
  const end = payloadEnd(packet);
  if (begin === undefined || end === undefined) return undefined;
  let header = begin;
  let repeated = 0;
  while (at(packet, header) & MORE) {
    if (header + REPEATED >= end) return undefined;
    repeated += ((at(packet, header + 2) & 0x03) << 8) | at(packet, header + 3);
    header += REPEATED;
  }
  const frame = header + LAST + repeated;
  if (frame > end) return undefined;
  const plain = new Uint8Array(begin + end - frame);
  plain.set(packet.subarray(0, begin));
  plain.set(packet.subarray(frame, end), begin);
  plain[0] = at(packet, 0) & ~PADDED;
  plain[1] = (at(packet, 1) & MARKER) | payloadType;
  return plain;
}

/** Of a packet that {@link unpacked} may be asked about, 0 to 127. */
export const payloadTypeOf = (packet: Uint8Array): number => at(packet, 1) & ~MARKER;

function payloadBegin(packet: Uint8Array): number | undefined {
  const sources = FIXED + 4 * (at(packet, 0) & 0x0f);
  if (!(at(packet, 0) & EXTENDED)) return sources < packet.length ? sources : undefined;
  const words = (at(packet, sources + 2) << 8) | at(packet, sources + 3);
  const begin = sources + 4 + 4 * words;
  return begin < packet.length ? begin : undefined;
}

function payloadEnd(packet: Uint8Array): number | undefined {
  const padding = at(packet, 0) & PADDED ? at(packet, packet.length - 1) : 0;
  const end = packet.length - padding;
  const begin = payloadBegin(packet);
  return begin !== undefined && end > begin ? end : undefined;
}

const at = (packet: Uint8Array, index: number): number => packet[index] ?? 0;
