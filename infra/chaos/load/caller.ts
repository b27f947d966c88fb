import {
  type Ending,
  type RadistError,
  type RemotePeer,
  SignalingSocket,
  socketUrl,
  updateRemotePeer,
} from "@radist-tech/client/headless";
import type { P2PServerMessage } from "@radist-tech/protocol";
import { WebSocket } from "ws";
import type { History, Mark, Party } from "../history/history.ts";
import type { View } from "../history/views.ts";

export interface CallerOptions {
  readonly party: Party;
  readonly history: History;
  readonly publicKey: string;
  readonly callToken: string;
  /** The origin of some node, as a load balancer picks it for each socket. */
  readonly origin: () => string;
}

/** One client of a call, by the SDK's own socket; what it sees and does is written to the history. */
export class Caller {
  readonly party: Party;
  readonly #options: CallerOptions;
  readonly #socket: SignalingSocket;
  #webSocket: WebSocket | undefined;
  #peerId: string | undefined;
  #remote: RemotePeer;
  #view: View = {};
  #sent = 0;
  #isLeaving = false;

  constructor(options: CallerOptions) {
    const { party, history, publicKey, callToken, origin } = options;
    this.party = party;
    this.#options = options;
    history.join(party);
    this.#socket = new SignalingSocket({
      credentials: { callToken },
      url: (credentials) => socketUrl(`${origin()}/api/v1`, publicKey, credentials),
      webSocketFactory: (url) => {
        this.#webSocket = new WebSocket(url, { perMessageDeflate: false });
        // What went wrong is told by the close that follows.
        this.#webSocket.on("error", () => {});
        // The SDK uses what both implementations have.
        return this.#webSocket as unknown as globalThis.WebSocket;
      },
      handlers: {
        message: (message) => this.#receive(message),
        seated: () => {},
        state: () => {},
        error: (error) => this.#failed(error),
        overflow: () => this.#note({ type: "overflowed" }),
        ended: (ending) => this.#ended(ending),
      },
    });
  }

  get peerId(): string | undefined {
    return this.#peerId;
  }

  get view(): View {
    return this.#view;
  }

  get isConnected(): boolean {
    return this.#socket.state === "connected";
  }

  /** Whether it and the other client are there, as far as it knows. */
  get isComplete(): boolean {
    return this.isConnected && this.#remote?.status === "connected";
  }

  /** The socket below, to be cut or paused. */
  get webSocket(): WebSocket | undefined {
    return this.#webSocket;
  }

  /** Its application suspects that the network has changed. */
  nudge(): void {
    this.#socket.nudge();
  }

  /** Resolves when it has joined. */
  connect(): Promise<void> {
    return this.#socket.connect();
  }

  /** Sends the next signal, when the other one has ever been there. */
  signal(): void {
    const { project, call, name } = this.party;
    if (!this.#remote || this.#isLeaving) return;
    const number = this.#sent++;
    const payload: Mark & Record<string, string | number> = { project, call, from: name, number };
    this.#note({ type: "sent", number });
    const targetPeerId = this.#remote.peerId;
    this.#socket.send({
      type: "signal",
      targetPeerId,
      signalType: "ice-candidate",
      payload,
      requestId: `signal-${number}`,
    });
  }

  /** From now on it is no surprise when the call is over. */
  expectEnd(): void {
    this.#isLeaving = true;
  }

  async leave(): Promise<void> {
    this.expectEnd();
    await this.#socket.leave();
  }

  #receive(message: P2PServerMessage): void {
    if (message.type === "call_joined" || message.type === "call_reconnected") {
      this.#peerId = message.peerId;
      const token = message.type === "call_joined" ? { token: this.#options.callToken } : {};
      this.#note({ type: "admitted", peerId: message.peerId, ...token });
      if (message.type === "call_reconnected") this.#note({ type: "renegotiates", because: message.type });
    }
    if (message.type === "signal") this.#note({ type: "received", mark: message.payload as unknown as Mark });
    if (!("call" in message)) return;
    this.#view = Object.fromEntries(message.call.peers.map(({ peerId, status }) => [peerId, status]));
    const { remote, events } = updateRemotePeer(this.#remote, message, this.#peerId);
    this.#remote = remote;
    for (const event of events) {
      if (event.type === "left" && event.reason === "disconnected") continue;
      this.#note({ type: "renegotiates", because: event.type });
      if (event.type === "left" && !this.#isLeaving)
        this.#note({ type: "ended", reason: `the other one ${event.reason}` });
    }
  }

  #failed({ code, requestId }: RadistError): void {
    const number = /^signal-(\d+)$/.exec(requestId ?? "")?.[1];
    if (number !== undefined) this.#note({ type: "refused", number: Number(number), code });
  }

  #ended({ reason, error }: Ending): void {
    if (!this.#isLeaving) this.#note({ type: "ended", reason: error ? `${reason} (${error.code})` : reason });
  }

  #note(happening: Parameters<History["add"]>[1]): void {
    this.#options.history.add(this.party.name, happening);
  }
}
