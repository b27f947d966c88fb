import { type Connection, onPrimary, projects, query, secretKeys } from "@radist-tech/db";
import { type ErrorCode, type ProjectId, type PublicKey, Refusal, type SecretKey } from "@radist-tech/protocol";
import { AuthThrottle, clientAddress } from "@radist-tech/runtime";
import { and, inArray, isNull } from "drizzle-orm";
import type { ApiSettings } from "../config.ts";
import type { Exchange } from "../http/env.ts";
import type { ApiMetrics } from "../metrics.ts";
import { sha256 } from "./digest.ts";

/** A key that has the form of one. */
export type PresentedKey =
  | { readonly kind: "public"; readonly key: PublicKey }
  | { readonly kind: "secret"; readonly key: SecretKey; readonly projectId: ProjectId };

const REFUSALS = { public: "invalid_public_key", secret: "invalid_secret_key" } as const satisfies Record<
  PresentedKey["kind"],
  ErrorCode
>;

/** Verifies the keys of requests; addresses that present wrong ones are slowed down. */
export class CredentialAttempts {
  readonly #connection: Connection;
  readonly #settings: ApiSettings;
  readonly #metrics: ApiMetrics;
  readonly #throttle: AuthThrottle<PresentedKey>;

  constructor(connection: Connection, settings: ApiSettings, metrics: ApiMetrics) {
    this.#connection = connection;
    this.#settings = settings;
    this.#metrics = metrics;
    this.#throttle = new AuthThrottle(settings, (presented) => this.#screen(presented));
  }

  /**
   * What `find` finds for the key.
   *
   * @throws {Refusal} `invalid_public_key`, `invalid_secret_key` when it finds nothing, `too_many_failures`
   */
  async verify<T>(context: Exchange, presented: PresentedKey, find: () => Promise<T | undefined>): Promise<T> {
    // Of the project, too: a key that works does so for its own alone.
    const digest = Buffer.from(sha256(JSON.stringify(presented))).toString("base64");
    const verify = async (): Promise<T> => {
      const found = await find();
      if (found === undefined) throw new Refusal(REFUSALS[presented.kind]);
      return found;
    };
    const attempt = { credential: presented, digest };
    return this.#counted(this.#throttle.attempt(this.#addressOf(context), attempt, verify, context.req.raw.signal));
  }

  /** @throws {Refusal} always: `code` after the address's current delay, or `too_many_failures` */
  refuse(context: Exchange, code: ErrorCode): Promise<never> {
    return this.#counted(this.#throttle.refuse(this.#addressOf(context), new Refusal(code), context.req.raw.signal));
  }

  /** Ends all delays. */
  close(): void {
    this.#throttle.close();
  }

  async #counted<T>(attempt: Promise<T>): Promise<T> {
    try {
      return await attempt;
    } catch (error) {
      if (error instanceof Refusal) this.#metrics.authFailures.inc({ kind: error.code });
      throw error;
    }
  }

  #addressOf(context: Exchange): string {
    const { incoming } = context.env;
    return incoming ? clientAddress(incoming, this.#settings.TRUSTED_PROXIES) : "this process";
  }

  async #screen(presented: readonly PresentedKey[]): Promise<readonly (Refusal | undefined)[]> {
    const [publicKeys, hashes] = await Promise.all([
      this.#knownPublicKeys(presented.flatMap(({ kind, key }) => (kind === "public" ? [key] : []))),
      this.#knownSecretKeys(presented.flatMap(({ kind, key }) => (kind === "secret" ? [sha256(key)] : []))),
    ]);
    return presented.map(({ kind, key }) => {
      const isKnown = kind === "public" ? publicKeys.has(key) : hashes.has(hex(sha256(key)));
      return isKnown ? undefined : new Refusal(REFUSALS[kind]);
    });
  }

  async #knownPublicKeys(keys: readonly PublicKey[]): Promise<ReadonlySet<string>> {
    if (keys.length === 0) return new Set();
    const { publicKey, deletedAt } = projects;
    const rows = await query(
      this.#connection.db
        .select({ publicKey })
        .from(projects)
        .where(and(inArray(publicKey, [...keys]), isNull(deletedAt), onPrimary)),
    );
    return new Set(rows.map((row) => row.publicKey));
  }

  async #knownSecretKeys(hashes: readonly Uint8Array[]): Promise<ReadonlySet<string>> {
    if (hashes.length === 0) return new Set();
    const { hash, revokedAt } = secretKeys;
    const rows = await query(
      this.#connection.db
        .select({ hash })
        .from(secretKeys)
        .where(and(inArray(hash, [...hashes]), isNull(revokedAt), onPrimary)),
    );
    return new Set(rows.map((row) => hex(row.hash)));
  }
}

const hex = (hash: Uint8Array): string => Buffer.from(hash).toString("hex");
