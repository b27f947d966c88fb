import { isIP } from "node:net";
import type { types } from "mediasoup";

/** Where a worker listens: one port, UDP and TCP, for IPv4 and, where an IPv6 address is announced, for IPv6. */
export function listenInfos(announced: readonly string[], port: number): types.TransportListenInfo[] {
  const v6 = announced.find((address) => isIP(address) === 6);
  const v4 = announced.find((address) => isIP(address) !== 6);
  const at = (ip: string, announcedAddress: string, flags?: types.TransportSocketFlags) =>
    (["udp", "tcp"] as const).map((protocol) => ({ protocol, ip, announcedAddress, port, ...(flags && { flags }) }));
  return [
    ...(v4 === undefined ? [] : at("0.0.0.0", v4)),
    ...(v6 === undefined ? [] : at("::", v6, { ipv6Only: true })),
  ];
}

/**
 * The candidates of a transport, once for each announced address: a worker knows of one per family, and all of a
 * family lead to the same port. Later ones have a lower priority (RFC 8445, 5.1.2.1: the local preference).
 */
export function candidates(
  announced: readonly string[],
  given: readonly types.IceCandidate[],
): readonly types.IceCandidate[] {
  return given.flatMap((candidate) => {
    const family = isIP(candidate.address) === 6;
    return announced
      .filter((address) => (isIP(address) === 6) === family)
      .map((address, index) => ({
        ...candidate,
        address,
        ip: address,
        foundation: index === 0 ? candidate.foundation : `${candidate.foundation}${index}`,
        priority: candidate.priority - index * 256,
      }));
  });
}
