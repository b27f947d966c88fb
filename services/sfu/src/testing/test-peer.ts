import type { Participant, RoomId } from "@radist-tech/protocol";
import type { AnyMessage, TestSocket } from "@radist-tech/testkit";
import type { Cluster } from "./cluster.ts";

/** A participant of a test, with its current socket. */
export interface TestPeer extends AsyncDisposable {
  readonly roomId: string;
  readonly peerId: string;
  readonly resumeToken: string;
  readonly socket: TestSocket;
  /** The first message: `room-joined` or `room-resumed`. */
  readonly joined: AnyMessage;
  hears(type: string): Promise<AnyMessage>;
  says(message: object | string | Buffer): void;
  /** Sends it with a request id, and waits for the reply or the error that echoes it. */
  asks(message: object): Promise<AnyMessage>;
  /** On a new socket, on any node. */
  resumes(node?: number): Promise<TestPeer>;
}

interface JoinOptions extends Partial<Participant> {
  readonly node?: number;
  readonly features?: string;
}

const ALL_FEATURES = "presence,media,resume,data,layers,levels,red,ice";

export async function joins(cluster: Cluster, roomId: RoomId, options: JoinOptions = {}): Promise<TestPeer> {
  const { node = 0, features = ALL_FEATURES, ...participant } = options;
  const roomToken = await cluster.mintToken(roomId, participant);
  return await admitted(cluster, { roomToken, features }, node);
}

/** Tries again, as clients do, while the node is unavailable: on a busy machine its lease may have run out. */
async function admitted(cluster: Cluster, query: Record<string, string>, node: number): Promise<TestPeer> {
  for (;;) {
    const socket = await cluster.open(query, node);
    const message = await socket.next();
    if (message.type !== "error") return testPeer(cluster, socket, message, String(query.features));
    await socket.closed;
    if (message.code !== "unavailable") throw new Error(`The socket was refused: ${JSON.stringify(message)}`);
  }
}

let requests = 0;

function testPeer(cluster: Cluster, socket: TestSocket, joined: AnyMessage, features: string): TestPeer {
  const roomId = String(joined.roomId);
  const peerId = String(joined.peerId);
  const resumeToken = String(joined.resumeToken);
  return {
    roomId,
    peerId,
    resumeToken,
    socket,
    joined,
    hears: (type) => socket.next(type),
    says: (message) => socket.send(message),
    asks(message) {
      const requestId = `r${++requests}`;
      socket.send({ ...message, requestId });
      return socket.answer(requestId);
    },
    async resumes(node = 0) {
      return await admitted(cluster, { roomId, peerId, resumeToken, features }, node);
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}
