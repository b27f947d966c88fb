import { signal } from "@preact/signals";
import { announce } from "../ui/announcer.tsx";
import { type Entry, newEntryId } from "./entry.ts";
import { FileTransfers } from "./file-transfers.ts";
import type { Send } from "./outgoing-file.ts";
import { MAX_TEXT_LENGTH, readWireMessage, type WireMessage } from "./wire.ts";

/** What comes over the data channel, as the SDK hands it on. */
export type Incoming =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "json"; readonly data: unknown; readonly text: string }
  | { readonly type: "binary"; readonly data: ArrayBuffer };

/** Everything that was written and sent in a call, as long as the page lives: nothing of it is stored. */
export class Conversation {
  readonly entries = signal<readonly Entry[]>([]);
  /** How many entries came while the panel was closed. */
  readonly unread = signal(0);
  /** Whether the other side can be written to now. */
  readonly open = signal(false);
  readonly panelOpen = signal(false);
  readonly files: FileTransfers;
  readonly #send: Send;
  readonly #onPresence: (presence: Extract<WireMessage, { type: "presence" }>) => void;

  constructor(options: { send: Send; onPresence: (presence: Extract<WireMessage, { type: "presence" }>) => void }) {
    this.#send = options.send;
    this.#onPresence = options.onPresence;
    this.files = new FileTransfers({ send: options.send, log: this });
  }

  setPanelOpen(open: boolean): void {
    this.panelOpen.value = open;
    if (open) this.unread.value = 0;
  }

  async write(text: string): Promise<void> {
    const trimmed = text.trim().slice(0, MAX_TEXT_LENGTH);
    if (trimmed === "") return;
    const id = newEntryId();
    this.add({ kind: "text", id, own: true, at: new Date(), text: trimmed, failed: false });
    try {
      await this.#send({ type: "text", text: trimmed } satisfies WireMessage);
    } catch {
      this.change(id, { failed: true });
      announce("The message was not sent.");
    }
  }

  channelOpened(): void {
    this.open.value = true;
  }

  channelClosed(): void {
    this.open.value = false;
    this.files.interrupt();
  }

  receive(incoming: Incoming): void {
    if (incoming.type === "text") this.#heard(incoming.text);
    else if (incoming.type === "binary") this.files.receiveChunk(incoming.data);
    else this.#read(readWireMessage(incoming.data), incoming.text);
  }

  add(entry: Entry): void {
    this.entries.value = [...this.entries.value, entry];
    if (!entry.own && !this.panelOpen.value) this.unread.value++;
  }

  change(id: string, change: Partial<Entry>): void {
    this.entries.value = this.entries.value.map((entry) =>
      entry.id === id ? ({ ...entry, ...change } as Entry) : entry,
    );
  }

  dispose(): void {
    this.channelClosed();
    for (const entry of this.entries.value) if (entry.kind === "file" && entry.url) URL.revokeObjectURL(entry.url);
  }

  #read(message: WireMessage | null, text: string): void {
    // Another program that shares the call: its JSON is shown as it came.
    if (message === null) this.#heard(text);
    else if (message.type === "presence") this.#onPresence(message);
    else if (message.type === "text") this.#heard(message.text);
    else this.files.receive(message);
  }

  #heard(text: string): void {
    const shown = text.slice(0, MAX_TEXT_LENGTH);
    this.add({ kind: "text", id: newEntryId(), own: false, at: new Date(), text: shown, failed: false });
    announce(`New message: ${shown.slice(0, 200)}`);
  }
}
