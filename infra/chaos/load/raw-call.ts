import { P2P_SOCKET_PATH } from "@radist-tech/protocol";
import { type AnyMessage, connectSocket, type TestSocket } from "@radist-tech/testkit";
import type { Platform } from "../platform/platform.ts";

export interface RawPeer {
  readonly socket: TestSocket;
  readonly peerId: string;
  readonly reconnectToken: string;
}

/** A call beside the load, whose clients do what the SDK does not. */
export interface RawCall extends AsyncDisposable {
  readonly callId: string;
  readonly publicKey: string;
  readonly alice: RawPeer;
  readonly bob: RawPeer;
}

export async function rawCall(platform: Platform): Promise<RawCall> {
  const [project] = platform.projects;
  if (!project) throw new Error("There is no project.");
  const { publicKey } = project;
  const { callId, callTokens } = await platform.backend(project).createP2PConnection();
  const join = async (callToken: string): Promise<RawPeer> => {
    const socket = await connectSocket(socketUrl(platform.pick("signaling"), { publicKey, callToken }));
    return rawPeer(socket, await socket.next("call_joined"));
  };
  const [first, second] = callTokens;
  const alice = await join(String(first));
  const bob = await join(String(second));
  await alice.socket.next("peer_joined");
  return {
    callId,
    publicKey,
    alice,
    bob,
    async [Symbol.asyncDispose]() {
      await Promise.all([alice, bob].map(({ socket }) => socket[Symbol.asyncDispose]()));
    },
  };
}

export const rawPeer = (socket: TestSocket, answer: AnyMessage): RawPeer => ({
  socket,
  peerId: String(answer.peerId),
  reconnectToken: String(answer.reconnectToken),
});

/** @param origin of a signaling node */
export const socketUrl = (origin: string, query: Readonly<Record<string, string>>): string =>
  `${origin.replace("http", "ws")}${P2P_SOCKET_PATH}?${new URLSearchParams(query).toString()}`;
