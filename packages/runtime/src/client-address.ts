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
  return addressIn(entries.at(-trustedProxies) ?? "") ?? direct;
}

/** Some proxies append the port, which is another one for each connection. */
function addressIn(entry: string): string | undefined {
  const [, bracketed, beforePort] = /^\[(.+)\](?::\d+)?$|^([\d.]+):\d+$/.exec(entry) ?? [];
  const address = bracketed ?? beforePort ?? entry;
  return isIP(address) === 0 ? undefined : address;
}

/**
 * Whether a request was made on this machine. A request that a local proxy forwards counts only if every address it
 * names is loopback; a proxy that names none does not count.
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

/** The units that are limited together. */
export interface AddressBlocks {
  /** An IPv4 address, or the /64 of an IPv6 address: one subscriber (RFC 6177). */
  readonly block: string;
  /** The /48 above it, which a subscriber may also have. */
  readonly site?: string;
}

/** The units that an address belongs to. IPv6 addresses that stand for an IPv4 address count as that. */
export function addressBlocks(address: string): AddressBlocks {
  if (isIP(address) !== 6) return { block: address };
  const groups = groupsOf(address);
  const ipv4 = embeddedIpv4(groups);
  if (ipv4 !== undefined) return { block: ipv4 };
  const prefix = (length: number): string => groups.slice(0, length).map(hex).join(":");
  return { block: `${prefix(4)}::/64`, site: `${prefix(3)}::/48` };
}

/** The eight groups of a valid IPv6 address (RFC 4291, 2.2), with or without a zone. */
function groupsOf(address: string): number[] {
  const [head = "", tail] = (address.split("%", 1)[0] ?? "").split("::");
  const left = parts(head);
  const right = parts(tail ?? "");
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function parts(text: string): number[] {
  return text
    .split(":")
    .filter(Boolean)
    .flatMap((part) => {
      if (!part.includes(".")) return Number.parseInt(part, 16);
      const [a = 0, b = 0, c = 0, d = 0] = part.split(".").map(Number);
      return [a * 256 + b, c * 256 + d];
    });
}

/** Of ::ffff:0:0/96 (mapped, RFC 4291) and 64:ff9b::/96 (translated, RFC 6052). */
function embeddedIpv4(groups: readonly number[]): string | undefined {
  const prefix = groups.slice(0, 6).map(hex).join(":");
  if (prefix !== "0:0:0:0:0:ffff" && prefix !== "64:ff9b:0:0:0:0") return undefined;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 0xff])
    .join(".");
}

const hex = (group: number): string => group.toString(16);
