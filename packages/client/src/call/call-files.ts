import { RadistError } from "../core/errors.ts";
import { FileTransfers } from "../core/files/file-transfers.ts";
import type { ReceivedFile } from "../core/files/incoming-file.ts";
import { CallData } from "./call-data.ts";

export interface CallFilesOptions {
  /** Creates this side's channel for files; throws when there is no session that can carry one. */
  open(): void;
  remotePeerId(): string | undefined;
  maxBytes(): number | undefined;
  offered(file: ReceivedFile): void;
}

/** Files to and from the other peer, on a channel of their own, so that messages do not wait behind them. */
export class CallFiles {
  readonly channels: CallData;
  readonly transfers: FileTransfers;
  #opened: PromiseWithResolvers<void> | undefined;

  constructor(options: CallFilesOptions) {
    this.transfers = new FileTransfers({
      send: async (frame) => {
        if (!this.#opened) {
          this.#opened = Promise.withResolvers();
          // It may be reset while nothing waits for it.
          this.#opened.promise.catch(() => {});
          options.open();
        }
        await this.#opened.promise;
        await this.channels.send(frame, options.maxBytes());
      },
      offered: (file) => options.offered(file),
    });
    this.channels = new CallData({
      open: () => {
        this.#opened ??= Promise.withResolvers();
        this.#opened.resolve();
      },
      close: () => this.interrupt(new RadistError("data_channel_not_open")),
      message: (message) => this.transfers.receive(message, options.remotePeerId() ?? "", true),
    });
  }

  /** What is being transferred cannot be continued over another channel. */
  interrupt(error: RadistError): void {
    this.#opened?.reject(error);
    this.#opened = undefined;
    this.transfers.interrupt(error);
  }
}
