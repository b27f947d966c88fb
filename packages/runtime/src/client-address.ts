import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/**
 * The address that a request comes from. Each trusted proxy appends one entry to X-Forwarded-For, so the entry counted
 * from the right by their number is the first that a client cannot forge.
 */
export function clientAddress(request: IncomingMessage, trustedProxies: number): string {
  const direct = request.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return direct;
  const header = request.headers["x-forwarded-for"];
  const entries = (Array.isArray(header) ? header.join(",") : (header ?? "")).split(",").map((entry) => entry.trim());
  return entries.at(-trustedProxies) || direct;
}

/** The unit that is throttled: an IPv4 address, or the /64 of an IPv6 address (one subscriber, RFC 6177). */
export function addressBlock(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1]) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("%", 1)[0]?.split("::") ?? [];
  const left = head.split(":").filter(Boolean);
  const right = (tail ?? "").split(":").filter(Boolean);
  const groups =
    tail === undefined ? left : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}

/**
 * Whether a request was made on this machine. One that a proxy on this machine passes on for another one is not: whoever
 * it is said to be forwarded for counts as well, trusted or not, as do proxies that do not say for whom.
 */
export function isFromThisMachine({ socket, headers }: IncomingMessage): boolean {
  const forwardedFor = [headers["x-forwarded-for"], headers["x-real-ip"]].flat().filter((value) => value !== undefined);
  const isForwarded = Object.keys(headers).some((name) => name === "via" || name.startsWith("x-forwarded-"));
  if (headers.forwarded !== undefined || (isForwarded && forwardedFor.length === 0)) return false;
  const addresses = forwardedFor.flatMap((value) => value.split(",").map((entry) => entry.trim()));
  return [socket.remoteAddress ?? "", ...addresses].every(isLoopback);
}

function isLoopback(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4");
}
