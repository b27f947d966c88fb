import { type ErrorCode, Refusal } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { addressBlock, clientAddress, DEFAULT_THROTTLE, FailureThrottle } from "@radist-tech/runtime";
import type { ApiSettings } from "../config.ts";
import type { Exchange } from "../http/env.ts";
import type { ApiMetrics } from "../metrics.ts";

/**
 * Refuses wrong credentials, with a delay that grows with each failure of the same address. Only failures are delayed,
 * never a key that works. The number of delayed answers is limited; beyond it, the answer is `too_many_failures` at once.
 */
export class FailedAttempts {
  readonly #settings: ApiSettings;
  readonly #metrics: ApiMetrics;
  readonly #throttle: FailureThrottle;
  readonly #closed = new AbortController();
  readonly #waitingByBlock = new Map<string, number>();
  #waiting = 0;

  constructor(settings: ApiSettings, metrics: ApiMetrics) {
    this.#settings = settings;
    this.#metrics = metrics;
    this.#throttle = new FailureThrottle({
      ...DEFAULT_THROTTLE,
      freeFailures: settings.AUTH_FREE_FAILURES,
      firstDelayMs: settings.AUTH_FIRST_DELAY_MS,
      maxDelayMs: settings.AUTH_MAX_DELAY_MS,
    });
  }

  /** @throws {Refusal} always: `code` after the address's current delay, or `too_many_failures` */
  async refuse(context: Exchange, code: ErrorCode): Promise<never> {
    this.#metrics.authFailures.inc({ kind: code });
    const block = this.#blockOf(context);
    const delayMs = this.#throttle.failed(block, performance.now());
    if (delayMs > 0) await this.#wait(context, block, delayMs);
    throw new Refusal(code);
  }

  /** Ends all delays. */
  close(): void {
    this.#closed.abort();
  }

  #blockOf(context: Exchange): string {
    const { incoming } = context.env;
    return incoming ? addressBlock(clientAddress(incoming, this.#settings.TRUSTED_PROXIES)) : "this process";
  }

  async #wait(context: Exchange, block: string, delayMs: number): Promise<void> {
    const waitingHere = this.#waitingByBlock.get(block) ?? 0;
    const { AUTH_MAX_WAITING_PER_ADDRESS, AUTH_MAX_WAITING } = this.#settings;
    if (waitingHere >= AUTH_MAX_WAITING_PER_ADDRESS || this.#waiting >= AUTH_MAX_WAITING) {
      context.header("retry-after", String(Math.ceil(delayMs / 1_000)));
      throw new Refusal("too_many_failures");
    }
    this.#waiting++;
    this.#waitingByBlock.set(block, waitingHere + 1);
    try {
      // Ends with the process, and with a client that goes away.
      await pause(delayMs, AbortSignal.any([this.#closed.signal, context.req.raw.signal]));
    } finally {
      this.#waiting--;
      const left = (this.#waitingByBlock.get(block) ?? 1) - 1;
      if (left === 0) this.#waitingByBlock.delete(block);
      else this.#waitingByBlock.set(block, left);
    }
  }
}
