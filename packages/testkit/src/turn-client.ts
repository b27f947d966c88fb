import { createHash } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { on } from "node:events";
import { classes, Message, methods, parseMessage } from "werift";

/** UDP, as IANA numbers it. */
const UDP = 0x11_00_00_00;

/** RFC 8489, 6.2.1. */
const RETRANSMIT_MS = 500;

/** A TURN client (RFC 8656) that asks one thing at a time, over UDP on this machine. */
export class TurnClient implements Disposable {
  readonly #socket: Socket;
  readonly #port: number;
  readonly #username: string;
  readonly #password: string;
  #challenge: { readonly realm: string; readonly nonce: Buffer } | undefined;

  private constructor(socket: Socket, port: number, username: string, password: string) {
    this.#socket = socket;
    this.#port = port;
    this.#username = username;
    this.#password = password;
  }

  static async open(port: number, username: string, password: string): Promise<TurnClient> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new TurnClient(socket, port, username, password);
  }

  /** @returns the relayed address, or the code of the error */
  async allocate(): Promise<readonly [address: string, port: number] | number> {
    const answer = await this.#ask(methods.ALLOCATE, (request) => request.setAttribute("REQUESTED-TRANSPORT", UDP));
    return errorOf(answer) ?? (answer.getAttributeValue("XOR-RELAYED-ADDRESS") as readonly [string, number]);
  }

  /** @returns the code of the error, if it is one */
  async permit(address: string): Promise<number | undefined> {
    return errorOf(
      await this.#ask(methods.CREATE_PERMISSION, (request) => request.setAttribute("XOR-PEER-ADDRESS", [address, 9])),
    );
  }

  /** Makes the allocation last longer. */
  async refresh(): Promise<number | undefined> {
    return errorOf(await this.#ask(methods.REFRESH, (request) => request.setAttribute("LIFETIME", 600)));
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #ask(method: methods, fill: (request: Message) => void): Promise<Message> {
    const answer = await this.#exchange(method, fill);
    // 401: who asks must prove who they are; 438: the nonce is another one by now.
    if (![401, 438].includes(errorOf(answer) ?? 0)) return answer;
    this.#challenge = { realm: answer.getAttributeValue("REALM"), nonce: answer.getAttributeValue("NONCE") };
    return this.#exchange(method, fill);
  }

  async #exchange(method: methods, fill: (request: Message) => void): Promise<Message> {
    const request = new Message(method, classes.REQUEST);
    fill(request);
    if (this.#challenge) {
      const { realm, nonce } = this.#challenge;
      request.setAttribute("USERNAME", this.#username).setAttribute("REALM", realm).setAttribute("NONCE", nonce);
      request.addMessageIntegrity(createHash("md5").update(`${this.#username}:${realm}:${this.#password}`).digest());
    }
    return this.#answerTo(request);
  }

  async #answerTo({ bytes, transactionId }: Message): Promise<Message> {
    const send = () => this.#socket.send(bytes, this.#port, "127.0.0.1");
    const again = setInterval(send, RETRANSMIT_MS);
    send();
    try {
      // What was sent twice may be answered twice.
      for await (const [datagram] of on(this.#socket, "message")) {
        const answer = parseMessage(datagram as Buffer);
        if (answer?.transactionId.equals(transactionId)) return answer;
      }
      throw new Error("The TURN server did not answer.");
    } finally {
      clearInterval(again);
    }
  }
}

function errorOf(answer: Message): number | undefined {
  const error = answer.getAttributeValue("ERROR-CODE") as readonly [number, string] | undefined;
  return error?.[0];
}
