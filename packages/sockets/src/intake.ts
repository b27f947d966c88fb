import { ERRORS, type ErrorCode, type IceFailure, type Ping, type Pong } from "@radist-tech/protocol";
import { TokenBucket } from "@radist-tech/protocol/timing";
import type { z } from "zod";
import type { Complaint } from "./message.ts";
import { MessageRate, type RateLimits } from "./message-rate.ts";
import type { PeerSocket } from "./peer-socket.ts";

/** After this many consecutive invalid messages the socket is closed. */
const MAX_INVALID_IN_A_ROW = 10;

/** Pings at this rate are answered without being counted; two at once, since the network bunches them. */
const FREE_PINGS = { perSecond: 1, burst: 2 };

/** Reports at this rate are taken: a client has one at most every 15 seconds that it is without a path. */
const REPORTS = { perSecond: 0.1, burst: 2 };

/** Frames longer than this are not looked at before their rate is checked: a ping with the longest request id is shorter. */
const MAX_PING_BYTES = 1_024;

/** What is handled here, alike on both kinds of socket. */
type Handled = z.infer<typeof Ping> | IceFailure;

interface IntakeOptions<Message> {
  readonly socket: PeerSocket;
  readonly limits: RateLimits;
  readonly read: (text: string) => { readonly message: Message } | Complaint;
  /** Sends the client an error that leaves the socket open. */
  readonly refuse: (code: ErrorCode, requestId?: string, message?: string) => void;
  /** Counts an error that closes the socket. */
  readonly count: (code: ErrorCode) => void;
  readonly pong: (pong: Pong) => void;
  /** The client reports that its media has no path. */
  readonly iceFailed: (failure: IceFailure) => void;
}

/**
 * Checks every frame against rate limit and schema, and closes the socket of a client that keeps violating either.
 * Answers pings itself, and limits reports of failures.
 */
export class Intake<Message extends { readonly type: string }> {
  readonly #options: IntakeOptions<Message>;
  readonly #rate: MessageRate;
  readonly #freePings = new TokenBucket(FREE_PINGS, performance.now());
  readonly #reports = new TokenBucket(REPORTS, performance.now());
  #invalidInARow = 0;

  constructor(options: IntakeOptions<Message>) {
    this.#options = options;
    this.#rate = new MessageRate(options.limits, performance.now());
  }

  /** @returns undefined when the frame was refused, or was handled here */
  take(
    data: Buffer,
    isBinary: boolean,
  ): { readonly message: Exclude<Message, Handled>; readonly text: string } | undefined {
    const early = isBinary || data.byteLength > MAX_PING_BYTES ? undefined : this.#read(data, isBinary);
    const isFree = early && "text" in early && isPing(early.message) && this.#freePings.take(performance.now()) === 0;
    if (!isFree && !this.#isWithinRate()) return undefined;
    const read = early ?? this.#read(data, isBinary);
    if ("code" in read) {
      this.#complain(read);
      return undefined;
    }
    this.#invalidInARow = 0;
    const { message, text } = read;
    if (isIceFailure(message)) this.#takeReport(message);
    else if (isPing(message)) this.#answer(message);
    else return { message: message as Exclude<Message, Handled>, text };
    return undefined;
  }

  #answer({ requestId }: z.infer<typeof Ping>): void {
    this.#options.pong({ type: "pong", ...(requestId !== undefined && { requestId }) });
  }

  #takeReport(failure: IceFailure): void {
    const { refuse, iceFailed } = this.#options;
    if (this.#reports.take(performance.now()) === 0) iceFailed(failure);
    else refuse("rate_limited", failure.requestId);
  }

  #read(data: Buffer, isBinary: boolean): { readonly message: Message; readonly text: string } | Complaint {
    if (isBinary) return { code: "invalid_message", message: "Binary frames are not part of this protocol." };
    const text = data.toString();
    const read = this.#options.read(text);
    return "code" in read ? read : { message: read.message, text };
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

function isPing(message: { readonly type: string }): message is z.infer<typeof Ping> {
  return message.type === "ping";
}

function isIceFailure(message: { readonly type: string }): message is IceFailure {
  return message.type === "ice-failure";
}
