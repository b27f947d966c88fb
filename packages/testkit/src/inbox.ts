/** A message type, or the request id that an answer echoes; undefined matches anything. */
export type Wanted = string | { readonly requestId: string } | undefined;

interface Waiter<M> {
  readonly wanted: Wanted;
  resolve(message: M): void;
  reject(error: Error): void;
}

/** The messages that a test's socket received: kept in order, taken one by one or by type, awaited if necessary. */
export class Inbox<M extends { type: string }> {
  readonly messages: M[] = [];
  readonly texts: string[] = [];
  #untaken: M[] = [];
  #waiters: Waiter<M>[] = [];
  #ended: string | undefined;

  deliver(text: string, binary: boolean): void {
    const message = binary ? undefined : parse<M>(text);
    if (!message) {
      this.end(`the server sent ${binary ? "a binary frame" : `no JSON: ${text}`}`);
      return;
    }
    this.texts.push(text);
    this.messages.push(message);
    const waiter = this.#waiters.find(({ wanted }) => isWanted(wanted, message));
    if (!waiter) this.#untaken.push(message);
    else this.#settle(waiter).resolve(message);
  }

  /** Nothing more will arrive: rejects those who wait, with the reason. */
  end(why: string): void {
    this.#ended ??= why;
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#missed(waiter.wanted, this.#ended));
  }

  take(wanted: Wanted, timeoutMs: number): Promise<M> {
    const index = this.#untaken.findIndex((message) => isWanted(wanted, message));
    const [message] = index < 0 ? [] : this.#untaken.splice(index, 1);
    if (message) return Promise.resolve(message);
    if (this.#ended) return Promise.reject(this.#missed(wanted, this.#ended));
    return this.#wait(wanted, timeoutMs);
  }

  #wait(wanted: Wanted, timeoutMs: number): Promise<M> {
    const { promise, resolve, reject } = Promise.withResolvers<M>();
    const waiter = { wanted, resolve, reject };
    this.#waiters.push(waiter);
    const timer = setTimeout(() => {
      this.#settle(waiter).reject(this.#missed(wanted, `nothing of it came within ${timeoutMs} ms`));
    }, timeoutMs);
    return promise.finally(() => clearTimeout(timer));
  }

  #settle(waiter: Waiter<M>): Waiter<M> {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    return waiter;
  }

  #missed(wanted: Wanted, why: string): Error {
    const received = this.texts.map((text) => `\n  ${text.slice(0, 500)}`).join("") || " nothing";
    return new Error(`Waited for ${name(wanted)}, but ${why}. Received so far:${received}`);
  }
}

function isWanted(wanted: Wanted, message: { type: string; requestId?: unknown }): boolean {
  if (typeof wanted === "object") return message.requestId === wanted.requestId;
  return wanted === undefined || wanted === message.type;
}

function name(wanted: Wanted): string {
  return typeof wanted === "object" ? `the answer to ${wanted.requestId}` : (wanted ?? "a message");
}

function parse<M>(text: string): M | undefined {
  try {
    return JSON.parse(text) as M;
  } catch {
    return undefined;
  }
}
