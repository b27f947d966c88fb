/** Hash functions whose fingerprints cannot be forged, with the length of each in bytes (RFC 8122, section 5). */
const LENGTHS: Readonly<Record<string, number>> = { "sha-256": 32, "sha-384": 48, "sha-512": 64 };

/**
 * The fingerprint that a session description binds its certificate to. Undefined unless it is exactly one throughout: of
 * several a browser may accept any, so that none of them tells whose certificate it is.
 */
export function dtlsFingerprint(sdp: string): Uint8Array | undefined {
  const all = new Set(sdp.match(/^a=fingerprint:.*/gim)?.map((line) => line.trim().toLowerCase()));
  const [only] = all;
  const [, algorithm = "", value = ""] =
    /^a=fingerprint: *(\S+) +((?:[0-9a-f]{2}:)*[0-9a-f]{2})$/.exec(only ?? "") ?? [];
  const bytes = value.split(":").map((byte) => Number.parseInt(byte, 16));
  return all.size === 1 && bytes.length === LENGTHS[algorithm] ? new Uint8Array(bytes) : undefined;
}
