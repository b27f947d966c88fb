import { announce } from "../ui/announcer.tsx";
import { type Entry, type FileState, newEntryId } from "./entry.ts";
import { IncomingFile } from "./incoming-file.ts";
import { OutgoingFile, type Send } from "./outgoing-file.ts";
import { readChunk, type WireMessage } from "./wire.ts";

/** A received file lives in the memory of its page. */
export const MAX_FILE_BYTES = 200_000_000;

/** How many bytes may arrive between two reports to the sender, who waits for them. */
const REPORT_BYTES = 64 * 1024;

interface Log {
  add(entry: Entry): void;
  change(id: string, change: Partial<Entry>): void;
}

type FileMessage = Exclude<WireMessage, { type: "presence" | "text" }>;

/** The files that are being transferred, in either direction. */
export class FileTransfers {
  readonly #send: Send;
  readonly #log: Log;
  #count = 0;
  /** By this side's number. */
  readonly #outgoing = new Map<number, OutgoingFile>();
  /** By the other side's number. */
  readonly #incoming = new Map<number, { id: string; name: string; file: IncomingFile; reported: number }>();

  constructor(options: { send: Send; log: Log }) {
    this.#send = options.send;
    this.#log = options.log;
  }

  /** Sends a file of at most {@link MAX_FILE_BYTES}. Its entry in the log shows the progress. */
  async offer(source: File): Promise<void> {
    const file = ++this.#count;
    const id = newEntryId();
    const outgoing = new OutgoingFile(id, source);
    this.#outgoing.set(file, outgoing);
    const { name, size } = source;
    this.#log.add({ kind: "file", id, own: true, at: new Date(), name, size, bytes: 0, state: "moving" });
    try {
      await outgoing.transmit(file, this.#send);
    } catch {
      if (this.#outgoing.has(file)) this.#endOutgoing(file, "failed");
    }
  }

  /** Stops a file, in either direction. */
  cancel(id: string): void {
    for (const [file, transfer] of this.#outgoing) {
      if (transfer.id !== id) continue;
      this.#endOutgoing(file, "cancelled");
      this.#sendMessage({ type: "file-withdrawn", file });
    }
    for (const [file, transfer] of this.#incoming) {
      if (transfer.id !== id) continue;
      this.#endIncoming(file, "refused");
      this.#sendMessage({ type: "file-refused", file, reason: "cancelled" });
    }
  }

  /** The channel is gone: what was being transferred cannot be continued over another one. */
  interrupt(): void {
    for (const file of this.#outgoing.keys()) this.#endOutgoing(file, "failed");
    for (const file of this.#incoming.keys()) this.#endIncoming(file, "failed");
  }

  receive(message: FileMessage): void {
    switch (message.type) {
      case "file":
        this.#accept(message);
        break;
      case "file-withdrawn":
        this.#endIncoming(message.file, "cancelled");
        break;
      case "file-refused":
        this.#endOutgoing(message.file, "refused");
        break;
      case "file-received":
        this.#confirm(message.file, message.bytes);
    }
  }

  receiveChunk(frame: ArrayBuffer): void {
    const chunk = readChunk(frame);
    const transfer = chunk && this.#incoming.get(chunk.file);
    if (!transfer) return;
    const { file, id } = transfer;
    if (!file.add(chunk.bytes)) {
      this.#endIncoming(chunk.file, "failed");
      this.#sendMessage({ type: "file-refused", file: chunk.file, reason: "too-large" });
      return;
    }
    if (!file.complete && file.received - transfer.reported < REPORT_BYTES) return;
    transfer.reported = file.received;
    this.#log.change(id, { bytes: file.received });
    this.#sendMessage({ type: "file-received", file: chunk.file, bytes: file.received });
    if (file.complete) this.#finish(chunk.file);
  }

  #confirm(file: number, bytes: number): void {
    const transfer = this.#outgoing.get(file);
    if (!transfer) return;
    transfer.confirm(bytes);
    this.#log.change(transfer.id, { bytes });
    if (transfer.complete) this.#endOutgoing(file, "done");
  }

  #accept({ file: number, name, size, mime }: Extract<FileMessage, { type: "file" }>): void {
    if (size > MAX_FILE_BYTES) {
      this.#sendMessage({ type: "file-refused", file: number, reason: "too-large" });
      return;
    }
    const id = newEntryId();
    this.#incoming.set(number, { id, name, file: new IncomingFile({ size, mime }), reported: 0 });
    this.#log.add({ kind: "file", id, own: false, at: new Date(), name, size, bytes: 0, state: "moving" });
    announce(`Receiving ${name}.`);
    if (size > 0) return;
    this.#sendMessage({ type: "file-received", file: number, bytes: 0 });
    this.#finish(number);
  }

  #finish(number: number): void {
    const transfer = this.#incoming.get(number);
    if (!transfer) return;
    this.#incoming.delete(number);
    this.#log.change(transfer.id, { state: "done", url: URL.createObjectURL(transfer.file.toBlob()) });
    announce(`${transfer.name} has arrived.`);
  }

  #endOutgoing(file: number, state: FileState): void {
    const transfer = this.#outgoing.get(file);
    if (!transfer) return;
    this.#outgoing.delete(file);
    transfer.stop();
    this.#log.change(transfer.id, { state });
  }

  #endIncoming(file: number, state: FileState): void {
    const transfer = this.#incoming.get(file);
    if (!transfer) return;
    this.#incoming.delete(file);
    this.#log.change(transfer.id, { state });
  }

  #sendMessage(message: FileMessage): void {
    // The channel just closed: both sides have noticed, and `interrupt` follows.
    this.#send(message).catch(() => undefined);
  }
}
