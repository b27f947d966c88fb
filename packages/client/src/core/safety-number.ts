/** Digits, and how they are grouped for people. */
const DIGITS = 60;
const GROUP = /\d{5}/g;

/**
 * A number that both sides derive from two fingerprints or public keys, whoever is first: SHA-256 over both, each with its
 * length in front (two bytes, the higher one first), sorted by bytes; as a big-endian integer modulo 10^60.
 *
 * @returns twelve groups of five digits
 */
export async function safetyNumber(one: Uint8Array, other: Uint8Array): Promise<string> {
  const sorted = [withLength(one), withLength(other)].sort(compareBytes).flatMap((bytes) => [...bytes]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(sorted)));
  const value = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const digits = (value % 10n ** BigInt(DIGITS)).toString().padStart(DIGITS, "0");
  return (digits.match(GROUP) ?? []).join(" ");
}

const withLength = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array([bytes.length >> 8, bytes.length & 0xff, ...bytes]);

function compareBytes(one: Uint8Array, other: Uint8Array): number {
  for (const [index, byte] of one.entries()) {
    const difference = byte - (other[index] ?? -1);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
