import type { Participant, RoomId } from "@radist-tech/protocol";
import type { AnyMessage, TestSocket } from "@radist-tech/testkit";
import type { Cluster } from "./cluster.ts";

/** A participant as the tests see it: who it is, and its current socket. */
export interface TestPeer extends AsyncDisposable {
  readonly roomId: string;
  readonly peerId: string;
  readonly resumeToken: string;
  readonly socket: TestSocket;
  /** The first message: `room-joined` or `room-resumed`. */
  readonly joined: AnyMessage;
  hears(type: string): Promise<AnyMessage>;
  says(message: object | string | Buffer): void;
  /** Says it with a request id, and waits for the answer or the error that echoes it. */
  asks(message: object): Promise<AnyMessage>;
  /** On a new socket, on whichever node. */
  resumes(node?: number): Promise<TestPeer>;
}

interface JoinOptions extends Partial<Participant> {
  readonly node?: number;
  readonly features?: string;
}

const ALL_FEATURES = "presence,media,resume,data,layers,levels,red";

export async function joins(cluster: Cluster, roomId: RoomId, options: JoinOptions = {}): Promise<TestPeer> {
  const { node = 0, features = ALL_FEATURES, ...participant } = options;
  const roomToken = await cluster.mintToken(roomId, participant);
  const socket = await cluster.open({ roomToken, features }, node);
  return person(cluster, socket, await first(socket), features);
}

/** The first message, which must be no error. */
async function first(socket: TestSocket): Promise<AnyMessage> {
  const message = await socket.next();
  if (message.type === "error") throw new Error(`The socket was refused: ${JSON.stringify(message)}`);
  return message;
}

let requests = 0;

function person(cluster: Cluster, socket: TestSocket, joined: AnyMessage, features: string): TestPeer {
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
      const next = await cluster.open({ roomId, peerId, resumeToken, features }, node);
      return person(cluster, next, await first(next), features);
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}
