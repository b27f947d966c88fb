import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";

/** What others must not know, in the order in which it is written. */
const SECRETS = ["RADIST_ADMIN_TOKEN", "POSTGRES_PASSWORD", "TURN_SECRET", "GRAFANA_ADMIN_PASSWORD"];

/** Of docker-compose.yml, and so no secret. */
const DEFAULT_SECRET = "insecure-default-for-local-use";

const TURN = ["TURN_ADDRESS", "TURN_SHARED_ADDRESS", "TURN_URLS"];
const TURN_PORT = 3478;

/**
 * Generates the secrets that are missing, and leaves those that are there.
 *
 * @param {import("./env-file.mjs").EnvFile} file
 * @returns {{ generated: string[], kept: string[] }}
 */
export function addSecrets(file) {
  const hasOwn = (/** @type {string} */ name) => !["", DEFAULT_SECRET].includes(file.get(name));
  const kept = SECRETS.filter(hasOwn);
  const generated = SECRETS.filter((name) => !hasOwn(name));
  for (const name of generated) file.set(name, randomBytes(32).toString("hex"));
  return { generated, kept };
}

/**
 * @param {string} domain
 * @returns {string | undefined} what is wrong with it
 */
export function problemOfDomain(domain) {
  const label = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
  if (new RegExp(`^${label}(?:\\.${label})*$`).test(domain)) return undefined;
  return "The domain must be a name like calls.example.com, without scheme, port and path.";
}

/**
 * @param {string} address
 * @returns {string | undefined} what is wrong with it
 */
export function problemOfAddress(address) {
  return isIP(address) === 0 ? "The public address must be an IP address like 203.0.113.7." : undefined;
}

/**
 * Rooms and a TURN server at this address, unless there are settings for the latter.
 *
 * @param {import("./env-file.mjs").EnvFile} file
 * @param {string} publicAddress
 * @returns {Promise<boolean>} whether the TURN server was set up
 */
export async function openMedia(file, publicAddress) {
  file.set("MEDIA_ANNOUNCED_ADDRESS", publicAddress);
  file.set("RADIST_MEDIA_BIND_ADDRESS", isIPv6(publicAddress) ? "[::]" : "0.0.0.0");
  if (TURN.some((name) => file.get(name) !== "")) return false;
  const own = await ownAddressTowards(publicAddress);
  if (own === undefined) return false;
  const host = isIPv6(publicAddress) ? `[${publicAddress}]` : publicAddress;
  file.set("TURN_SHARED_ADDRESS", own);
  if (own !== publicAddress) file.set("TURN_EXTERNAL_ADDRESS", publicAddress);
  file.set("STUN_URLS", `stun:${host}:${TURN_PORT}`);
  file.set("TURN_URLS", ["udp", "tcp"].map((by) => `turn:${host}:${TURN_PORT}?transport=${by}`).join(","));
  return true;
}

/**
 * The address of this machine from which it would reach `address`, which is another one behind NAT. Sends nothing.
 *
 * @param {string} address
 * @returns {Promise<string | undefined>} undefined when there is no route
 */
function ownAddressTowards(address) {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
    /** @param {string} [own] */
    const answer = (own) => {
      socket.close();
      resolve(own);
    };
    socket.once("error", () => answer());
    socket.connect(TURN_PORT, address, () => answer(socket.address().address));
  });
}
