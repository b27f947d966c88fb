import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, isIPv6 } from "node:net";
import { bindingRequest } from "@radist-tech/testkit/stun";
import type { types } from "mediasoup";

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
