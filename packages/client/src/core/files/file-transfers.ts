import { RadistError } from "../errors.ts";
import { type DataMessage, type Frame, readFrame } from "../framing.ts";
import { CHUNK_BYTES, decodeChunk, encodeChunk, type FileFrame, readFileFrame } from "./file-frames.ts";
import { IncomingFile, type ReceivedFile } from "./incoming-file.ts";
import { OutgoingFile } from "./outgoing-file.ts";

export interface SendFileOptions {
  /** Called with how many bytes the receiver has; of several, the slowest. */
  readonly onProgress?: (received: number) => void;
  /** Stops sending. The receivers are told. */
  readonly signal?: AbortSignal;
  /** Default: the File's own name, or none. */
  readonly name?: string;
}

export interface FileTransfersOptions {
  /** Sends a frame after all earlier ones to the same receivers; undefined: to all. */
  readonly send: (frame: Frame, to: string | undefined) => Promise<void>;
  /** Another peer begins to send a file. */
  readonly offered: (file: ReceivedFile) => void;
}

/** A receiver confirms whenever it has received this much. */
const CONFIRM_BYTES = 262_144;

/** Blobs are read in larger pieces than are sent, because each read goes to the disk. */
const READ_BYTES = CHUNK_BYTES * 16;

const MAX_NAME_LENGTH = 255;

/** The files that are being transferred, in either direction. */
export class FileTransfers {
  readonly #options: FileTransfersOptions;
  #count = 0;
  /** By this side's number. */
  readonly #outgoing = new Map<number, OutgoingFile>();
  /** By sender and its number. */
  readonly #incoming = new Map<string, IncomingFile>();

  constructor(options: FileTransfersOptions) {
    this.#options = options;
  }

  /**
   * @param receivers who is to confirm it
   * @param to undefined: all
   */
  async send(
    source: Blob,
    receivers: readonly string[],
    to: string | undefined,
    options: SendFileOptions,
  ): Promise<void> {
    const { onProgress, signal, name = source instanceof File ? source.name : "" } = options;
    if (!(source instanceof Blob)) throw new RadistError("invalid_argument", { message: "This is no File or Blob." });
    signal?.throwIfAborted();
    if (receivers.length === 0) throw new RadistError("peer_not_found", { message: "Nobody is there to take a file." });
    const file = ++this.#count;
    const outgoing = new OutgoingFile(source.size, receivers, onProgress);
    this.#outgoing.set(file, outgoing);
    const aborted = () => outgoing.fail(signal?.reason);
    signal?.addEventListener("abort", aborted);
    const offer = { type: "offer", file, name: name.slice(0, MAX_NAME_LENGTH), size: source.size, mime: source.type };
    this.#transmit(file, outgoing, source, JSON.stringify(offer), to).catch((error: unknown) => outgoing.fail(error));
    try {
      await outgoing.done;
    } catch (error) {
      this.#tell({ type: "withdrawn", file }, to);
      throw error;
    } finally {
      signal?.removeEventListener("abort", aborted);
      this.#outgoing.delete(file);
    }
  }

  receive(message: DataMessage, fromPeerId: string, isPrivate: boolean): void {
    if (message.type === "binary") return this.#receiveChunk(fromPeerId, message.data);
    const frame = message.type === "text" ? readFileFrame(message.text) : undefined;
    switch (frame?.type) {
      case undefined:
        break;
      case "offer":
        this.#accept(frame, fromPeerId, isPrivate);
        break;
      case "withdrawn":
        this.#takeIncoming(fromPeerId, frame.file)?.fail(
          new RadistError("file_cancelled", { message: "The sender cancelled the file." }),
        );
        break;
      case "received":
        this.#outgoing.get(frame.file)?.confirm(fromPeerId, frame.bytes);
        break;
      case "refused":
        this.#outgoing
          .get(frame.file)
          ?.remove(fromPeerId, new RadistError("file_cancelled", { message: "The receiver cancelled the file." }));
    }
  }

  /** This peer neither sends nor takes anything more. */
  left(peerId: string): void {
    const error = new RadistError("peer_not_found", { message: "The other side of the transfer is gone." });
    for (const outgoing of this.#outgoing.values()) outgoing.remove(peerId, error);
    for (const [key, incoming] of this.#incoming) {
      if (incoming.fromPeerId !== peerId) continue;
      this.#incoming.delete(key);
      incoming.fail(error);
    }
  }

  /** What is being transferred cannot be continued. */
  interrupt(error: RadistError): void {
    for (const outgoing of this.#outgoing.values()) outgoing.fail(error);
    for (const incoming of this.#incoming.values()) incoming.fail(error);
    this.#incoming.clear();
  }

  async #transmit(
    file: number,
    outgoing: OutgoingFile,
    source: Blob,
    offer: string,
    to: string | undefined,
  ): Promise<void> {
    const { send } = this.#options;
    await send(offer, to);
    for (let start = 0; start < source.size; start += READ_BYTES) {
      const piece = (await readFrame(source.slice(start, start + READ_BYTES))) as ArrayBuffer;
      for (let offset = 0; offset < piece.byteLength; offset += CHUNK_BYTES) {
        if (outgoing.isOver) return;
        await send(encodeChunk(file, piece.slice(offset, offset + CHUNK_BYTES)), to);
      }
    }
  }

  #accept({ file, name, size, mime }: Extract<FileFrame, { type: "offer" }>, peerId: string, isPrivate: boolean): void {
    const key = `${peerId} ${file}`;
    const offer = { name: name.slice(0, MAX_NAME_LENGTH), type: mime, size, fromPeerId: peerId, isPrivate };
    const incoming = new IncomingFile(offer, () => {
      this.#incoming.delete(key);
      this.#tell({ type: "refused", file }, peerId);
    });
    this.#incoming.set(key, incoming);
    this.#options.offered(incoming);
    if (size === 0 && this.#incoming.has(key)) this.#received(incoming, file, key);
  }

  #receiveChunk(peerId: string, frame: ArrayBuffer): void {
    const chunk = decodeChunk(frame);
    const key = `${peerId} ${chunk?.file}`;
    const incoming = this.#incoming.get(key);
    if (!chunk || !incoming) return;
    if (!incoming.add(chunk.bytes)) return incoming.cancel();
    // The page may have cancelled it because of its progress.
    if (!this.#incoming.has(key)) return;
    if (incoming.isComplete || incoming.received - incoming.confirmed >= CONFIRM_BYTES) {
      this.#received(incoming, chunk.file, key);
    }
  }

  #received(incoming: IncomingFile, file: number, key: string): void {
    incoming.confirmed = incoming.received;
    this.#tell({ type: "received", file, bytes: incoming.received }, incoming.fromPeerId);
    if (!incoming.isComplete) return;
    this.#incoming.delete(key);
    incoming.finish();
  }

  #takeIncoming(peerId: string, file: number): IncomingFile | undefined {
    const key = `${peerId} ${file}`;
    const incoming = this.#incoming.get(key);
    this.#incoming.delete(key);
    return incoming;
  }

  #tell(frame: FileFrame, to: string | undefined): void {
    this.#options.send(JSON.stringify(frame), to).catch(() => {
      // The channel is gone, and the other side has noticed that as well.
    });
  }
}
