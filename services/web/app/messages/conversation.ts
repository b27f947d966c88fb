import { signal } from "@preact/signals";
import { FileTransfers, type SendFile } from "./file-transfers.ts";
import { MessageLog } from "./message-log.ts";
import { readWireMessage, type WireMessage } from "./wire.ts";

/** What arrives over the data channel, as the SDK delivers it. */
export type Incoming =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "json"; readonly data: unknown; readonly text: string }
  | { readonly type: "binary"; readonly data: ArrayBuffer };

/** Sends one message; rejects when the channel is closed. */
type Send = (payload: object) => Promise<void>;

/** What the two people in a call write and send to each other. */
export class Conversation extends MessageLog {
  /** Whether messages can be sent now. */
  readonly open = signal(false);
  readonly files: FileTransfers;
  readonly #send: Send;
  readonly #onPresence: (presence: Extract<WireMessage, { type: "presence" }>) => void;

  constructor(options: {
    send: Send;
    sendFile: SendFile;
    onPresence: (presence: Extract<WireMessage, { type: "presence" }>) => void;
  }) {
    super();
    this.#send = options.send;
    this.#onPresence = options.onPresence;
    this.files = new FileTransfers({ sendFile: options.sendFile, log: this });
  }

  write(text: string): Promise<void> {
    return this.addSent(text, (written) => this.#send({ type: "text", text: written } satisfies WireMessage));
  }

  channelOpened(): void {
    this.open.value = true;
  }

  channelClosed(): void {
    this.open.value = false;
  }

  receive(incoming: Incoming): void {
    if (incoming.type === "text") this.addReceived(incoming.text);
    else if (incoming.type === "json") this.#read(readWireMessage(incoming.data), incoming.text);
  }

  dispose(): void {
    this.channelClosed();
    for (const entry of this.entries.value) if (entry.kind === "file" && entry.url) URL.revokeObjectURL(entry.url);
  }

  #read(message: WireMessage | null, text: string): void {
    // From another program in the call: its JSON is shown as it is.
    if (message === null) this.addReceived(text);
    else if (message.type === "presence") this.#onPresence(message);
    else this.addReceived(message.text);
  }
}
