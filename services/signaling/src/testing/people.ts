import type { CallSnapshot } from "@radist-tech/protocol";
import type { AnyMessage, TestSocket } from "@radist-tech/testkit";
import type { Cluster } from "./cluster.ts";

/** A participant as tests see it: its ids, and its current socket. */
export interface Person extends AsyncDisposable {
  readonly callId: string;
  readonly peerId: string;
  readonly reconnectToken: string;
  readonly socket: TestSocket;
  readonly joined: AnyMessage;
  hears(type: string): Promise<AnyMessage>;
  says(message: object | string | Buffer): void;
  signals(to: Person, payload: unknown, signalType?: string): void;
  /** On a new socket, on any node. */
  reconnects(node?: number, token?: string): Promise<Person>;
}

/** Joins, and as a client does, tries again as long as the answer is `unavailable`: a busy node may need a moment. */
export async function joins(cluster: Cluster, callToken: string, node = 0, isDeaf = false): Promise<Person> {
  for (;;) {
    const socket = await cluster.open({ callToken }, node, {}, isDeaf);
    const first = await socket.next();
    if (first.type === "call_joined") return person(cluster, socket, first);
    socket.terminate();
    if (first.code !== "unavailable") throw new Error(`The socket was refused: ${JSON.stringify(first)}`);
  }
}

/** Two people in one call, on the given nodes. */
export async function twoPeople(cluster: Cluster, nodes: [number, number] = [0, 0]) {
  const { callId, callTokens } = await cluster.createCall();
  const alice = await joins(cluster, String(callTokens[0]), nodes[0]);
  const bob = await joins(cluster, String(callTokens[1]), nodes[1]);
  await alice.hears("peer_joined");
  return { callId, alice, bob };
}

export const statuses = (message: AnyMessage): Record<string, string> =>
  Object.fromEntries((message.call as CallSnapshot).peers.map(({ peerId, status }) => [peerId, status]));

function person(cluster: Cluster, socket: TestSocket, joined: AnyMessage): Person {
  const callId = String(joined.callId);
  const peerId = String(joined.peerId);
  const reconnectToken = String(joined.reconnectToken);
  return {
    callId,
    peerId,
    reconnectToken,
    socket,
    joined,
    hears: (type) => socket.next(type),
    says: (message) => socket.send(message),
    signals: (to, payload, signalType = "offer") =>
      socket.send({ type: "signal", targetPeerId: to.peerId, signalType, payload }),
    async reconnects(node = 0, token = reconnectToken) {
      const next = await cluster.open({ callId, peerId, reconnectToken: token }, node);
      return person(cluster, next, await next.next("call_reconnected"));
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}
