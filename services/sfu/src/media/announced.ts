import { isIP } from "node:net";
import type { types } from "mediasoup";

/** Where a worker listens: one port, UDP and TCP, for IPv4 and, where an IPv6 address is announced, for IPv6. */
export function listenInfos(announced: readonly string[], port: number): types.TransportListenInfo[] {
  const v6 = announced.find((address) => isIP(address) === 6);
  const v4 = announced.find((address) => isIP(address) !== 6);
  // The order is the order of preference.
  return (["udp", "tcp"] as const).flatMap((protocol) => [
    ...(v4 === undefined ? [] : [{ protocol, ip: "0.0.0.0", announcedAddress: v4, port }]),
    ...(v6 === undefined ? [] : [{ protocol, ip: "::", announcedAddress: v6, port, flags: { ipv6Only: true } }]),
  ]);
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
