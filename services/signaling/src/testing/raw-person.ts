import { P2P_SOCKET_PATH, ProtocolError } from "@radist-tech/protocol";
import type { Cluster } from "./cluster.ts";
import { joins, type Person } from "./people.ts";
import { RawSocket, upgradeRequest } from "./raw-socket.ts";

/** A participant that sends bytes rather than messages, and the person at the other end. */
export interface RawPerson extends AsyncDisposable {
  readonly socket: RawSocket;
  readonly peerId: string;
  readonly partner: Person;
}

export const socketPath = (query: Record<string, string> | [string, string][]): string =>
  `${P2P_SOCKET_PATH}?${new URLSearchParams(query).toString()}`;

export const portOf = (cluster: Cluster, node = 0): number => Number(new URL(String(cluster.nodes[node]?.url)).port);

export async function joinsRaw(cluster: Cluster): Promise<RawPerson> {
  const { publicKey } = cluster;
  const { callTokens } = await cluster.createCall();
  const partner = await joins(cluster, String(callTokens[0]));
  const socket = new RawSocket(portOf(cluster));
  socket.write(upgradeRequest(socketPath({ publicKey, callToken: String(callTokens[1]) })));
  const joined = JSON.parse(await socket.until(({ texts }) => texts[0])) as { peerId: string };
  await partner.hears("peer_joined");
  return {
    socket,
    partner,
    peerId: joined.peerId,
    async [Symbol.asyncDispose]() {
      await socket[Symbol.asyncDispose]();
      await partner[Symbol.asyncDispose]();
    },
  };
}

/** The errors among some texts. Each must match the contract exactly. */
export const errorsIn = (texts: readonly string[]): ProtocolError[] =>
  texts
    .map((text) => JSON.parse(text) as { type: string })
    .filter(({ type }) => type === "error")
    .map((message) => ProtocolError.strict().parse(message));
