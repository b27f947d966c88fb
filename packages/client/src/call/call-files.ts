import { type Deferred, deferred } from "../core/deferred.ts";
import { RadistError } from "../core/errors.ts";
import type { FileTransfers } from "../core/files/file-transfers.ts";
import type { ReceivedFile } from "../core/files/incoming-file.ts";
import { loadPart } from "../core/load-part.ts";
import { CallData } from "./call-data.ts";

export interface CallFilesOptions {
  /** Creates this side's channel for files; throws when there is no session that can carry one. */
  open(): void;
  remotePeerId(): string | undefined;
  maxBytes(): number | undefined;
  offered(file: ReceivedFile): void;
  error(error: RadistError): void;
}

/**
 * Files to and from the other peer, on a channel of their own, so that messages do not wait behind them. What transfers
 * them is loaded with the first file.
 */
export class CallFiles {
  readonly channels: CallData;
  readonly #options: CallFilesOptions;
  #opened: Deferred<void> | undefined;
  #loading: Promise<FileTransfers> | undefined;
  #received: Promise<void> = Promise.resolve();

  constructor(options: CallFilesOptions) {
    this.#options = options;
    this.channels = new CallData({
      open: () => {
        this.#opened ??= deferred();
        this.#opened.resolve();
      },
      close: () => this.interrupt(new RadistError("data_channel_not_open")),
      message: (message) => {
        const from = options.remotePeerId() ?? "";
        this.#inOrder((transfers) => transfers.receive(message, from, true));
      },
    });
  }

  /** @throws RadistError `network_error` when it could not be loaded */
  transfers(): Promise<FileTransfers> {
    this.#loading ??= this.#load().catch((cause: unknown) => {
      this.#loading = undefined;
      throw cause;
    });
    return this.#loading;
  }

  /** What is being transferred cannot be continued over another channel. */
  interrupt(error: RadistError): void {
    this.#opened?.reject(error);
    this.#opened = undefined;
    if (this.#loading) this.#inOrder((transfers) => transfers.interrupt(error));
  }

  /** What arrives while it is loaded keeps its order. */
  #inOrder(work: (transfers: FileTransfers) => void): void {
    this.#received = this.#received
      .then(async () => work(await this.transfers()))
      .catch((error: unknown) => {
        if (!(error instanceof RadistError)) throw error;
        this.#options.error(error);
      });
  }

  async #load(): Promise<FileTransfers> {
    const { FileTransfers } = await loadPart("files", () => import("../core/files/file-transfers.ts"));
    const options = this.#options;
    return new FileTransfers({
      send: async (frame) => {
        if (!this.#opened) {
          this.#opened = deferred();
          // It may be reset while nothing waits for it.
          this.#opened.promise.catch(() => {});
          options.open();
        }
        await this.#opened.promise;
        await this.channels.send(frame, options.maxBytes());
      },
      offered: (file) => options.offered(file),
    });
  }
}
