import { createHmac, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, isIPv6 } from "node:net";
import type { types } from "mediasoup";

const BINDING_REQUEST = 0x0001;
const MAGIC_COOKIE = 0x2112a442;
const USERNAME = 0x0006;
const PRIORITY = 0x0024;
const MESSAGE_INTEGRITY = 0x0008;
const INTEGRITY_BYTES = 24;

/** A connectivity check, as a browser sends it (RFC 8445, 7.2.2). */
function bindingRequest({ usernameFragment, password }: types.IceParameters): Buffer {
  const body = Buffer.concat([
    attribute(USERNAME, Buffer.from(`${usernameFragment}:test`)),
    attribute(PRIORITY, Buffer.from([0x6e, 0, 0, 0xff])),
  ]);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(BINDING_REQUEST, 0);
  head.writeUInt16BE(body.length + INTEGRITY_BYTES, 2);
  head.writeUInt32BE(MAGIC_COOKIE, 4);
  const signed = Buffer.concat([head, randomBytes(12), body]);
  return Buffer.concat([signed, attribute(MESSAGE_INTEGRITY, createHmac("sha1", password).update(signed).digest())]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
}

/** Asks a transport by UDP, from one address at another; resolves with the address that the answer comes from. */
export async function answeredFrom(
  ice: types.IceParameters,
  path: { readonly from: string; readonly to: string; readonly port: number },
): Promise<string> {
  const socket = createSocket(isIPv6(path.to) ? "udp6" : "udp4");
  try {
    socket.bind(0, path.from);
    await once(socket, "listening");
    const answer = once(socket, "message") as Promise<[Buffer, AddressInfo]>;
    socket.send(bindingRequest(ice), path.port, path.to);
    return (await answer)[1].address;
  } finally {
    socket.close();
  }
}
