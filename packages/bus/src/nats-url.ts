/** Where and as whom to connect, with the credentials apart from the addresses, so that only addresses are ever shown. */
export interface NatsAddress {
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** Present when TLS is demanded; without it, it is used where the server offers it. */
  readonly tls?: Record<string, never>;
}

/**
 * Reads `nats://[user:password@ | token@]host[:port]`, or `tls://…` to demand TLS; several servers of one cluster are
 * joined by commas and share the credentials of the first that has some.
 *
 * @throws {TypeError} naming the place of a malformed address, never its text, which may hold a password
 */
export function readNatsUrl(url: string): NatsAddress {
  const addresses = url.split(",").map(readAddress);
  const { username = "", password = "" } = addresses.find(({ username }) => username !== "") ?? {};
  return {
    servers: addresses.map(({ host }) => host),
    ...(password === "" ? username !== "" && { token: username } : { user: username, pass: password }),
    ...(addresses.some(({ protocol }) => protocol === "tls:") && { tls: {} }),
  };
}

function readAddress(text: string, at: number) {
  const address = URL.parse(text.trim());
  if (!address || !["nats:", "tls:"].includes(address.protocol) || address.hostname === "") {
    throw new TypeError(
      `Address ${at + 1} of the NATS URL is malformed: expected nats://[user:password@]host[:port] or tls://….`,
    );
  }
  return {
    protocol: address.protocol,
    host: `${address.hostname}:${address.port || "4222"}`,
    username: decodeURIComponent(address.username),
    password: decodeURIComponent(address.password),
  };
}
