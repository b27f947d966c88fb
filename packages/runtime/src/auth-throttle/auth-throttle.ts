import { type ErrorCode, Refusal } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { type AddressBlocks, addressBlocks } from "../client-address.ts";
import { LeastRecent } from "../least-recent.ts";
import { RetryLater } from "../retry-later.ts";
import { AttemptSlots } from "./attempt-slots.ts";
import { BatchedLookUp } from "./batched-look-up.ts";
import type { AuthSettings } from "./config.ts";
import { FailureDelays } from "./failure-delays.ts";

const FORGET_MS = 60_000;
const MAX_BLOCKS = 100_000;

/** How many credentials that worked are remembered, and for how long. */
const MAX_RECENT = 20_000;
const RECENT_MS = 600_000;

const BATCHES = { gatherMs: 100, maxBatch: 1_000 };

/** How many attempts for which there was no room to wait may take part in the screening at the same time. */
const UNDELAYED = { perBlock: 1_000, inAll: 5_000 };

/** Refusals that say that a credential is wrong. */
const WRONG: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid_public_key",
  "invalid_secret_key",
  "invalid_admin_token",
  "unauthorized",
  "invalid_token",
  "invalid_reconnect",
]);

export const isWrongCredential = (error: unknown): boolean => error instanceof Refusal && WRONG.has(error.code);

/** A credential that somebody presents. */
export interface Presented<Credential> {
  readonly credential: Credential;
  /** Of the credential, by which it is remembered when it works. */
  readonly digest: string;
}

/** Finds, in one query, which of many credentials are worth verifying: why not, in their order, or nothing. */
export type Screening<Credential> = (credentials: readonly Credential[]) => Promise<readonly (Refusal | undefined)[]>;

/**
 * Slows down those who try wrong credentials, at HTTP and at sockets alike:
 *
 * - As many attempts of an address as have no consequences are verified at once. Those that come while that many are under
 *   way are screened first, without a delay: nobody knows yet how many of them fail.
 * - Addresses that failed too often wait, longer with each failure, before the database is asked.
 * - Then all that have waited are screened together, ten times a second at most, whatever their number; only what may work
 *   is verified. So nothing that works and has waited is refused.
 * - What worked lately passes at once.
 * - The number that wait is bounded. Beyond it attempts are screened without a delay, after those that have waited, and are
 *   `too_many_failures` if wrong. Their number is bounded, too: only beyond that is an attempt refused unseen, which is no
 *   failure.
 *
 * It is kept in memory, bounded, by each process for itself.
 */
export class AuthThrottle<Credential> {
  readonly #delays: FailureDelays;
  readonly #unscreened: AttemptSlots;
  readonly #waiting: AttemptSlots;
  readonly #undelayed = new AttemptSlots(UNDELAYED);
  readonly #screening: BatchedLookUp<Credential, Refusal | undefined>;
  /** When credentials worked, by their digests. */
  readonly #recent = new LeastRecent<number>(MAX_RECENT);
  readonly #closing = new AbortController();

  constructor(settings: AuthSettings, screen: Screening<Credential>) {
    this.#delays = new FailureDelays({
      freeFailures: settings.AUTH_FREE_FAILURES,
      firstDelayMs: settings.AUTH_FIRST_DELAY_MS,
      maxDelayMs: settings.AUTH_MAX_DELAY_MS,
      forgetMs: FORGET_MS,
      maxBlocks: MAX_BLOCKS,
    });
    this.#unscreened = new AttemptSlots({ perBlock: settings.AUTH_FREE_FAILURES, inAll: Number.POSITIVE_INFINITY });
    this.#waiting = new AttemptSlots({
      perBlock: settings.AUTH_MAX_WAITING_PER_ADDRESS,
      inAll: settings.AUTH_MAX_WAITING,
    });
    this.#screening = new BatchedLookUp(BATCHES, screen);
  }

  /**
   * Verifies a credential that somebody at `address` presents; what comes of it is remembered.
   *
   * @param verify throws the refusal when the credential is wrong
   * @param signal ends the wait early
   * @throws {Refusal} as `verify` and the screening do | {RetryLater} `too_many_failures`
   */
  async attempt<T>(
    address: string,
    presented: Presented<Credential>,
    verify: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const blocks = addressBlocks(address);
    const { digest } = presented;
    const isKnown = this.#workedLately(digest);
    const delayMs = this.#delays.of(blocks, performance.now());
    using unscreened = isKnown || delayMs > 0 ? undefined : this.#unscreened.take(blocks);
    if (!isKnown && !unscreened) await this.#screen(blocks, delayMs, presented, signal);
    try {
      const result = await verify();
      this.#recent.set(digest, performance.now());
      return result;
    } catch (error) {
      if (isWrongCredential(error)) this.#failed(blocks, digest);
      throw error;
    }
  }

  /**
   * Refuses a credential that is wrong by its form, or was compared without a query, after the delay of its address.
   *
   * @throws {Refusal} always: `refusal`, or `too_many_failures` when too many wait
   */
  async refuse(address: string, refusal: Refusal, signal?: AbortSignal): Promise<never> {
    const blocks = addressBlocks(address);
    const delayMs = this.#delays.of(blocks, performance.now());
    this.#delays.failed(blocks, performance.now());
    if (delayMs === 0) throw refusal;
    using slot = this.#waiting.take(blocks);
    if (!slot) throw tooMany(delayMs);
    await this.#pause(delayMs, signal);
    throw refusal;
  }

  /** Ends all waits. */
  close(): void {
    this.#closing.abort();
    this.#screening.close();
  }

  #workedLately(digest: string): boolean {
    const at = this.#recent.get(digest);
    return at !== undefined && performance.now() - at < RECENT_MS;
  }

  #failed(blocks: AddressBlocks, digest: string): void {
    this.#recent.delete(digest);
    this.#delays.failed(blocks, performance.now());
  }

  async #screen(
    blocks: AddressBlocks,
    delayMs: number,
    presented: Presented<Credential>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (delayMs === 0) return this.#askAbout(blocks, presented);
    // Slots are kept until the answer, so that the number that take part is bounded as well.
    using waiting = this.#waiting.take(blocks);
    if (waiting) {
      await this.#pause(delayMs, signal);
      // Nobody is there to hear the answer.
      if (signal?.aborted) throw tooMany(delayMs);
      return await this.#askAbout(blocks, presented, { isUrgent: true });
    }
    using undelayed = this.#undelayed.take(blocks);
    if (!undelayed) throw tooMany(delayMs);
    await this.#askAbout(blocks, presented, { instead: tooMany(delayMs) });
  }

  /** @throws {Refusal} why the credential is wrong, or `instead` of that */
  async #askAbout(
    blocks: AddressBlocks,
    { credential, digest }: Presented<Credential>,
    { isUrgent = false, instead }: { readonly isUrgent?: boolean; readonly instead?: Refusal } = {},
  ): Promise<void> {
    const refusal = await this.#screening.ask(credential, isUrgent);
    if (!refusal) return;
    this.#failed(blocks, digest);
    throw instead ?? refusal;
  }

  async #pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    const closing = this.#closing.signal;
    await pause(delayMs, signal ? AbortSignal.any([closing, signal]) : closing);
  }
}

const tooMany = (delayMs: number): RetryLater => new RetryLater("too_many_failures", delayMs);
