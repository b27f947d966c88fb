import { type RadistConnection, RadistError, type ReceivedFile } from "@radist-tech/client";
import { announce } from "../ui/announcer.tsx";
import { type Entry, type FileState, newEntryId } from "./entry.ts";
import { safeType } from "./safe-type.ts";

/** A received file lives in the memory of its page. */
export const MAX_FILE_BYTES = 200_000_000;

interface Log {
  add(entry: Entry): void;
  change(id: string, change: Partial<Entry>): void;
}

export type SendFile = RadistConnection["sendFile"];

/** The files that are being transferred, in either direction, as the log shows them. */
export class FileTransfers {
  readonly #sendFile: SendFile;
  readonly #log: Log;
  /** What stops each transfer. */
  readonly #cancel = new Map<string, () => void>();

  constructor(options: { sendFile: SendFile; log: Log }) {
    this.#sendFile = options.sendFile;
    this.#log = options.log;
  }

  /** Sends a file of at most {@link MAX_FILE_BYTES}. Its entry in the log shows the progress. */
  async offer(source: File): Promise<void> {
    const { name, size } = source;
    const id = this.#add(true, name, size);
    const cancelling = new AbortController();
    this.#cancel.set(id, () => cancelling.abort());
    try {
      const onProgress = (bytes: number): void => this.#log.change(id, { bytes });
      await this.#sendFile(source, { onProgress, signal: cancelling.signal });
      this.#end(id, "done");
    } catch (error) {
      this.#end(id, cancelling.signal.aborted ? "cancelled" : isCancelled(error) ? "refused" : "failed");
    }
  }

  /** Takes a file that the other side sends, unless it is too large. */
  async receive(file: ReceivedFile): Promise<void> {
    if (file.size > MAX_FILE_BYTES) return file.cancel();
    const { name, size } = file;
    const id = this.#add(false, name, size);
    let isRefused = false;
    this.#cancel.set(id, () => {
      isRefused = true;
      file.cancel();
    });
    file.onprogress = (bytes) => this.#log.change(id, { bytes });
    announce(`Receiving ${name}.`);
    try {
      const blob = await file.blob;
      const url = URL.createObjectURL(blob.slice(0, blob.size, safeType(file.type)));
      this.#end(id, "done", { url });
      announce(`${name} has arrived.`);
    } catch (error) {
      this.#end(id, isRefused ? "refused" : isCancelled(error) ? "cancelled" : "failed");
    }
  }

  /** Stops a file, in either direction. */
  cancel(id: string): void {
    this.#cancel.get(id)?.();
  }

  #add(own: boolean, name: string, size: number): string {
    const id = newEntryId();
    this.#log.add({ kind: "file", id, own, at: new Date(), name, size, bytes: 0, state: "moving" });
    return id;
  }

  #end(id: string, state: FileState, more: { url?: string } = {}): void {
    this.#cancel.delete(id);
    this.#log.change(id, { state, ...more });
  }
}

const isCancelled = (error: unknown): boolean => error instanceof RadistError && error.code === "file_cancelled";
