import { once } from "node:events";
import type { RoomClientMessage, RoomJoined, RoomServerMessage } from "@radist-tech/protocol";
import { WebSocket } from "ws";

type Reply<Type extends RoomServerMessage["type"]> = Extract<RoomServerMessage, { type: Type }>;
/** A request before it has its id. */
type Asking = RoomClientMessage extends infer Each
  ? Each extends RoomClientMessage
    ? Omit<Each, "requestId">
    : never
  : never;

/** A participant by the messages of the room WebSocket, on one of ours or on a bare server that speaks the same. */
export class RoomClient implements Disposable {
  readonly joined: RoomJoined;
  readonly #socket: WebSocket;
  readonly #asked = new Map<string, (reply: RoomServerMessage) => void>();
  #count = 0;

  private constructor(socket: WebSocket, joined: RoomJoined) {
    this.#socket = socket;
    this.joined = joined;
    socket.on("message", (data: Buffer) => this.#hear(JSON.parse(data.toString()) as RoomServerMessage));
  }

  static async join(url: string): Promise<RoomClient> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const [data] = (await once(socket, "message")) as [Buffer];
    const joined = JSON.parse(data.toString()) as RoomServerMessage;
    if (joined.type !== "room-joined") throw new Error(`The socket was refused: ${data.toString()}`);
    return new RoomClient(socket, joined);
  }

  /** @throws {Error} when the answer is another one than expected */
  async ask<Type extends RoomServerMessage["type"]>(message: Asking, expected: Type): Promise<Reply<Type>> {
    const requestId = String(++this.#count);
    const { promise, resolve } = Promise.withResolvers<RoomServerMessage>();
    this.#asked.set(requestId, resolve);
    this.#socket.send(JSON.stringify({ ...message, requestId }));
    const reply = await promise;
    if (reply.type !== expected) throw new Error(`${message.type}: ${JSON.stringify(reply)}`);
    return reply as Reply<Type>;
  }

  /** Leaves the room for good; resolves when the server has closed the socket. */
  async leave(): Promise<void> {
    this.#socket.send(JSON.stringify({ type: "leave-room" }));
    await once(this.#socket, "close");
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }

  #hear(message: RoomServerMessage): void {
    if (!("requestId" in message) || message.requestId === undefined) return;
    this.#asked.get(message.requestId)?.(message);
    this.#asked.delete(message.requestId);
  }
}
