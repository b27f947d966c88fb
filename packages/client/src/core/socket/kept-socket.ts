import { backoffMs } from "../backoff.ts";
import { RadistError } from "../errors.ts";

/** How a socket fares: `closed` is for good. */
export type SocketState = "connecting" | "connected" | "reconnecting" | "closed";

/** How it ended; `failed` comes with its error. */
export interface SocketEnding {
  readonly reason: string;
  readonly error?: RadistError;
}

export interface KeptSocketOptions<Message, End extends SocketEnding> {
  /** Asked for each socket, since credentials change. */
  readonly url: () => string;
  readonly webSocketFactory: (url: string) => WebSocket;
  /** The longest wait between two attempts; the usual one where it is not given. */
  readonly maxDelayMs?: number;
  /** Whether a socket that closed is worth another one. */
  judge(close: {
    /** WebSocket close code; 1006 when the network said nothing. */
    readonly code: number;
    /** Whether this socket had been let in. */
    readonly joined: boolean;
    /** What the platform said before it closed. */
    readonly refusal: RadistError | undefined;
  }): End | "again";
  /** The ending of what could not even start. */
  failed(error: RadistError): End;
  /** What a method rejects with that waited for a socket, and it all ended. */
  errorOf(ending: End): RadistError;
  readonly handlers: {
    /** @param current false for the socket before, which delivers until the platform has moved the peer over */
    message(message: Message, current: boolean): void;
    state(state: SocketState): void;
    ended(ending: End): void;
  };
}

/** A socket that was not let in by then is given up, and another one tried. */
const ATTEMPT_MS = 10_000;
/** How long a first join tries against a platform that is away. */
const JOIN_MS = 15_000;
/** A socket that lived this long owes nothing to earlier failures. */
const STABLE_MS = 10_000;
/** How long an answer to a probe may take. */
const ANSWER_MS = 3_000;

/**
 * Opens a socket, and another one whenever it is lost, until the platform says that it is over.
 *
 *   connecting ──joined──▶ connected ──lost──▶ reconnecting ──joined──▶ connected
 *        └──────────────── refused for good, left, superseded ───────────▶ closed
 */
export class KeptSocket<Message extends { readonly type: string }, End extends SocketEnding> {
  readonly #options: KeptSocketOptions<Message, End>;
  readonly #openedAt = Date.now();
  #everJoined = false;
  #state: SocketState = "connecting";
  /** The socket that counts, and when it was let in. */
  #socket: WebSocket | undefined;
  #joinedAt: number | undefined;
  /** The one before, until the platform has moved the peer over. */
  #previous: WebSocket | undefined;
  #refusal: RadistError | undefined;
  #attempt = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #attemptTimer: ReturnType<typeof setTimeout> | undefined;
  #probeTimer: ReturnType<typeof setTimeout> | undefined;
  #ending: End | undefined;
  #waiting: { resolve: () => void; reject: (error: RadistError) => void }[] = [];

  constructor(options: KeptSocketOptions<Message, End>) {
    this.#options = options;
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Whether the platform has let the present socket in. */
  get isJoined(): boolean {
    return this.#joinedAt !== undefined;
  }

  /** Opens a (fresh) socket now. Resolves when it was let in; rejects when it all ends instead. */
  connect(): Promise<void> {
    if (this.#ending) return Promise.reject(this.#options.errorOf(this.#ending));
    const joined = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#open();
    return joined;
  }

  /** Sends now; false when there is no socket to send on. */
  send(text: string): boolean {
    if (this.#joinedAt === undefined || this.#socket?.readyState !== 1) return false;
    this.#socket.send(text);
    return true;
  }

  /** The platform let the present socket in. */
  joined(): void {
    clearTimeout(this.#attemptTimer);
    this.#previous?.close(1000);
    this.#previous = undefined;
    this.#joinedAt = Date.now();
    this.#everJoined = true;
    this.#setState("connected");
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** The platform said why it is about to close the present socket. */
  refused(error: RadistError): void {
    this.#refusal = error;
  }

  /** Something suggests that the network changed: tries at once where a retry is due, else checks that the socket lives. */
  nudge(): void {
    if (this.#retryTimer !== undefined) this.#open();
    // Browsers hide WebSocket pings. The platform answers every unknown type, so any answer proves that it is there.
    else if (this.#probeTimer === undefined && this.send('{"type":"ping"}')) {
      this.#probeTimer = setTimeout(() => this.#open(), ANSWER_MS);
    }
  }

  /** Resolves when it is over, at the latest after a while; then it ends as given. */
  async endWithin(ms: number, ending: End): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#waiting.push({ resolve, reject: () => resolve() }));
    const timer = setTimeout(() => this.end(ending), ms);
    await ended;
    clearTimeout(timer);
    this.end(ending);
  }

  /** Ends here and now, without telling the platform. */
  end(ending: End): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#clearTimers();
    this.#socket?.close(1000);
    this.#previous?.close(1000);
    this.#socket = this.#previous = this.#joinedAt = undefined;
    this.#setState("closed");
    for (const { reject } of this.#waiting.splice(0)) reject(this.#options.errorOf(ending));
    this.#options.handlers.ended(ending);
  }

  #open(): void {
    this.#clearTimers();
    if (this.#joinedAt !== undefined) this.#previous = this.#socket;
    else this.#socket?.close(1000);
    const socket = this.#create();
    if (!socket) return;
    this.#socket = socket;
    this.#joinedAt = undefined;
    this.#refusal = undefined;
    this.#setState(this.#everJoined ? "reconnecting" : "connecting");
    this.#attemptTimer = setTimeout(() => this.#lost(socket, 1006), ATTEMPT_MS);
    socket.addEventListener("message", ({ data }) => {
      const message = typeof data === "string" ? readMessage(data) : undefined;
      if (!message || this.#ending) return;
      const current = socket === this.#socket;
      if (current) {
        clearTimeout(this.#probeTimer);
        this.#probeTimer = undefined;
      }
      // The end of an earlier socket means nothing now.
      this.#options.handlers.message(message as Message, current);
    });
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  #create(): WebSocket | undefined {
    try {
      return this.#options.webSocketFactory(this.#options.url());
    } catch (cause) {
      const error = new RadistError("invalid_argument", { message: "No WebSocket could be made.", cause });
      this.end(this.#options.failed(error));
      return undefined;
    }
  }

  #lost(socket: WebSocket, code: number): void {
    if (socket !== this.#socket || this.#ending) return;
    const joinedAt = this.#joinedAt;
    const verdict = this.#options.judge({ code, refusal: this.#refusal, joined: joinedAt !== undefined });
    if (verdict !== "again") {
      this.end(verdict);
      return;
    }
    if (!this.#everJoined && Date.now() - this.#openedAt > JOIN_MS) {
      this.end(this.#options.failed(this.#refusal ?? new RadistError("network_error")));
      return;
    }
    this.#clearTimers();
    this.#socket = undefined;
    this.#joinedAt = undefined;
    socket.close();
    if (joinedAt !== undefined && Date.now() - joinedAt > STABLE_MS) this.#attempt = 0;
    this.#setState(this.#everJoined ? "reconnecting" : "connecting");
    // The browser will say when a network is there again; until then a rare try costs little, and some are wrong.
    const attempt = globalThis.navigator?.onLine === false ? Number.POSITIVE_INFINITY : this.#attempt++;
    this.#retryTimer = setTimeout(() => this.#open(), backoffMs(attempt, Math.random(), this.#options.maxDelayMs));
  }

  #clearTimers(): void {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#attemptTimer);
    clearTimeout(this.#probeTimer);
    this.#retryTimer = this.#attemptTimer = this.#probeTimer = undefined;
  }

  #setState(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#options.handlers.state(state);
  }
}

/** A message of the platform, whose shape the protocol package vouches for. Types of a newer platform are no error. */
function readMessage(data: string): { type: string } | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === "object" && message !== null && "type" in message
      ? (message as { type: string })
      : undefined;
  } catch {
    return undefined;
  }
}
