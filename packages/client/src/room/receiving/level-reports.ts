import { ConnectionLost } from "../../core/connection-lost.ts";
import { ConvergingValue } from "../../core/converging-value.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";

export interface LevelReportsOptions {
  readonly socket: Pick<RoomSocket, "request">;
  failed(error: unknown): void;
}

/** Asks the platform for audio levels while the page listens to them: in large rooms they are most of what it sends. */
export class LevelReports {
  readonly #enabled: ConvergingValue<boolean>;
  readonly #options: LevelReportsOptions;

  constructor(options: LevelReportsOptions) {
    this.#options = options;
    this.#enabled = new ConvergingValue(false, (enabled) =>
      options.socket.request({ type: "set-audio-levels", enabled }),
    );
  }

  set(enabled: boolean): void {
    this.#settle(this.#enabled.set(enabled));
  }

  /** A socket has joined, and asked for no levels. */
  joined(): void {
    this.#settle(this.#enabled.startFrom(false));
  }

  #settle(done: Promise<void>): void {
    done.catch((error: unknown) => {
      // The next socket asks again.
      if (!(error instanceof ConnectionLost)) this.#options.failed(error);
    });
  }
}
