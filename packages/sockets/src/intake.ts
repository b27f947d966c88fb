import { ERRORS, type ErrorCode } from "@radist-tech/protocol";
import type { Complaint } from "./message.ts";
import { MessageRate, type RateLimits } from "./message-rate.ts";
import type { PeerSocket } from "./peer-socket.ts";

/** After this many consecutive invalid messages the socket is closed. */
const MAX_INVALID_IN_A_ROW = 10;

interface IntakeOptions<Message> {
  readonly socket: PeerSocket;
  readonly limits: RateLimits;
  readonly read: (text: string) => { readonly message: Message } | Complaint;
  /** Sends the client an error that leaves the socket open. */
  readonly refuse: (code: ErrorCode, requestId?: string, message?: string) => void;
  /** Counts an error that closes the socket. */
  readonly count: (code: ErrorCode) => void;
}

/** Checks every frame against rate limit and schema, and closes the socket of a client that keeps violating either. */
export class Intake<Message> {
  readonly #options: IntakeOptions<Message>;
  readonly #rate: MessageRate;
  #invalidInARow = 0;

  constructor(options: IntakeOptions<Message>) {
    this.#options = options;
    this.#rate = new MessageRate(options.limits, performance.now());
  }

  /** @returns undefined when the frame was refused */
  take(data: Buffer, isBinary: boolean): { readonly message: Message; readonly text: string } | undefined {
    if (!this.#isWithinRate()) return undefined;
    const text = data.toString();
    const read = isBinary
      ? ({ code: "invalid_message", message: "Binary frames are not part of this protocol." } as const)
      : this.#options.read(text);
    if ("code" in read) {
      this.#complain(read);
      return undefined;
    }
    this.#invalidInARow = 0;
    return { message: read.message, text };
  }

  #isWithinRate(): boolean {
    const { socket, refuse, count } = this.#options;
    switch (this.#rate.take(performance.now())) {
      case "accepted":
        return true;
      case "limited":
        refuse("rate_limited");
        return false;
      case "exceeded":
        count("rate_limited");
        socket.refuse("rate_limited", ERRORS.rate_limited.closeWhenRepeated);
        return false;
    }
  }

  #complain({ code, message, requestId }: Complaint): void {
    const { socket, refuse, count } = this.#options;
    if (code === "invalid_message" && ++this.#invalidInARow >= MAX_INVALID_IN_A_ROW) {
      count(code);
      socket.refuse(code, ERRORS.invalid_message.closeWhenRepeated, { message, requestId });
      return;
    }
    if (code !== "invalid_message") this.#invalidInARow = 0;
    refuse(code, requestId, message);
  }
}
