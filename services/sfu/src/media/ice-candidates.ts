import { BlockList, isIP } from "node:net";
import type { types } from "mediasoup";

/**
 * All that all peers of a worker send comes by one socket: what arrives while the worker is busy has to wait somewhere.
 * Bytes; a kernel gives as much as it allows (`net.core.rmem_max`, `wmem_max`).
 */
const BUFFERS = { recvBufferSize: 4 << 20, sendBufferSize: 4 << 20 };

/** Where a worker listens: one port, UDP and TCP, for IPv4 and, where an IPv6 address is announced, for IPv6. */
export function listenInfos(announced: readonly string[], port: number): types.TransportListenInfo[] {
  const v6 = announced.find((address) => isIP(address) === 6);
  const v4 = announced.find((address) => isIP(address) !== 6);
  // The order is the order of preference.
  return (["udp", "tcp"] as const).flatMap((protocol) => [
    ...(v4 === undefined ? [] : [{ protocol, ip: "0.0.0.0", announcedAddress: v4, port, ...BUFFERS }]),
    ...(v6 === undefined
      ? []
      : [{ protocol, ip: "::", announcedAddress: v6, port, flags: { ipv6Only: true }, ...BUFFERS }]),
  ]);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether only this machine reaches itself at an address. */
export const isLoopback = (address: string): boolean =>
  isIP(address) !== 0 && LOOPBACK.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/**
 * The same, and in addition UDP at each of this machine's announced addresses itself, in the same port. A browser on this
 * machine sends to loopback from the address of an interface, and to one interface from another; the answer of a socket
 * that listens on all addresses comes from the address that was sent from, and is not taken for one. Where ports are
 * published from a container, packets come to other addresses than those.
 *
 * @param bindable those of the announced addresses that this machine has
 */
export function withOwnAddresses(
  announced: readonly string[],
  bindable: readonly string[],
  port: number,
): types.TransportListenInfo[] {
  const share = (info: types.TransportListenInfo): types.TransportListenInfo =>
    info.protocol === "udp" ? { ...info, flags: { ...info.flags, udpReusePort: true } } : info;
  const more = bindable.map((ip) => share({ protocol: "udp", ip, port, ...BUFFERS }));
  return [...listenInfos(announced, port).map(share), ...more];
}

/**
 * The candidates of a transport, once for each announced address: a worker knows of one per family, and all of a
 * family lead to the same port. Later ones have a lower priority (RFC 8445, 5.1.2.1: the local preference).
 */
export function iceCandidates(
  announced: readonly string[],
  given: readonly types.IceCandidate[],
): readonly types.IceCandidate[] {
  const known = new Set<string>();
  return given.flatMap((candidate) => {
    const family = isIP(candidate.address) === 6;
    // Those of the machine's own addresses come last: they are among the announced ones.
    const kind = `${candidate.protocol} ${family}`;
    if (known.has(kind)) return [];
    known.add(kind);
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
