/** Which side of the DTLS handshake one is: its client, or its server (RFC 8842, section 4.1). */
type DtlsRole = "active" | "passive";

interface Descriptions {
  readonly currentLocalDescription: { readonly sdp: string } | null;
  readonly currentRemoteDescription: { readonly sdp: string } | null;
}

/**
 * An offer that leaves the roles of the DTLS handshake as they are. Browsers leave the choice to the other side in each offer
 * (`actpass`), also where there is an association already. Firefox then chooses to be the client, whatever it is, and Chromium
 * refuses that answer: "Failed to set SSL role for the transport" (https://bugzilla.mozilla.org/show_bug.cgi?id=1329028).
 *
 * @param sdp of the offer
 * @param peer what was negotiated before
 */
export function keepDtlsRole(sdp: string, peer: Descriptions): string {
  const role = roleOf(peer);
  return role === undefined ? sdp : sdp.replace(/^a=setup:actpass\b/gm, `a=setup:${role}`);
}

function roleOf({
  currentLocalDescription: local,
  currentRemoteDescription: remote,
}: Descriptions): DtlsRole | undefined {
  const own = setupOf(local);
  if (own !== undefined) return own;
  const others = setupOf(remote);
  if (others === undefined) return undefined;
  return others === "active" ? "passive" : "active";
}

/** The role that an answer chose; an offer of before says none. */
function setupOf(description: { readonly sdp: string } | null): DtlsRole | undefined {
  return /^a=setup:(active|passive)\b/m.exec(description?.sdp ?? "")?.[1] as DtlsRole | undefined;
}
