import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  Batching,
  type Connection,
  execute,
  isUnavailable,
  onPrimary,
  projects,
  query,
  statement,
} from "@radist-tech/db";
import { ERRORS, type ErrorCode, type ProjectId, type PublicKey, Refusal } from "@radist-tech/protocol";
import {
  type AuthSettings,
  AuthThrottle,
  aborted,
  clientAddress,
  isWrongCredential,
  type Lease,
  type Logger,
} from "@radist-tech/runtime";
import { and, inArray, isNull, sql } from "drizzle-orm";
import { WebSocketServer } from "ws";
import { PeerSocket } from "./peer-socket.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;

export interface EntranceOptions<Request> {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly logger: Logger;
  readonly settings: AuthSettings & { readonly TRUSTED_PROXIES: number };
  /** Called with the address of each client that connects. */
  readonly onClient: (address: string) => void;
  /** Called with the reason of each refusal. */
  readonly onRefusal: (code: ErrorCode) => void;
  /** Reads the connection request from the URL, or throws a {@link Refusal}. */
  readonly read: (url: string) => Request;
  /** Finds, without a lock, which tokens may work: why not, in the order of the requests, or nothing. */
  readonly screen: (requests: readonly Request[]) => Promise<readonly (Refusal | undefined)[]>;
  /** Admits a socket whose key and origin are valid, or throws the reason why not. */
  readonly admit: (socket: PeerSocket, projectId: ProjectId, request: Request) => Promise<void>;
}

/** Accepts upgrades, authenticates them, and sends refused sockets the reason: an `error`, then the close. */
export class Entrance<Request extends { readonly publicKey: PublicKey }> {
  readonly #options: EntranceOptions<Request>;
  readonly #throttle: AuthThrottle<Request>;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
    WebSocket: PeerSocket,
  });
  /** Looked up for each socket, for those that come at the same time together. */
  readonly #projects: Batching<PublicKey, Project | undefined>;
  readonly #closing = new AbortController();
  readonly #entering = new Map<PeerSocket, Promise<void>>();

  constructor(options: EntranceOptions<Request>) {
    this.#options = options;
    this.#throttle = new AuthThrottle(options.settings, (requests) => this.#screen(requests));
    const answer = (publicKeys: readonly PublicKey[]) => findProjects(options.connection, publicKeys);
    this.#projects = new Batching({ maxBatch: PROJECT_BATCH, atOnce: 1, answer });
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (peerSocket) => {
      // A broken connection ends with "close", which is handled.
      peerSocket.on("error", (error) => this.#options.logger.debug({ err: error }, "socket failed"));
      // Messages that arrive before the admission wait in the connection.
      peerSocket.pause();
      const entering = this.#enter(peerSocket, request)
        .then(
          () => this.#entered(peerSocket),
          (error: unknown) => this.#refuse(peerSocket, error),
        )
        .finally(() => this.#entering.delete(peerSocket));
      this.#entering.set(peerSocket, entering);
    });
  }

  /**
   * Refuses new sockets from now on. Resolves when those in progress are admitted or refused, which all that still wait
   * at the deadline are then.
   */
  async close(deadline: AbortSignal): Promise<void> {
    this.#closing.abort();
    this.#throttle.close();
    await Promise.race([Promise.all(this.#entering.values()), aborted(deadline)]);
    for (const socket of this.#entering.keys()) this.#sendElsewhere(socket);
    this.#entering.clear();
  }

  #entered(socket: PeerSocket): void {
    // It was in time for this process, and too late for those that were told one after the other.
    if (this.#closing.signal.aborted) this.#sendElsewhere(socket);
    else socket.resume();
  }

  #sendElsewhere(socket: PeerSocket): void {
    this.#options.onRefusal("unavailable");
    socket.resume();
    socket.refuse("unavailable", ERRORS.unavailable.close);
  }

  async #enter(socket: PeerSocket, request: IncomingMessage): Promise<void> {
    this.#assertOpen();
    const address = clientAddress(request, this.#options.settings.TRUSTED_PROXIES);
    this.#options.onClient(address);
    const wanted = await this.#read(request, address);
    const presented = { credential: wanted, digest: digest(wanted) };
    await this.#throttle.attempt(address, presented, () => this.#admit(socket, request, wanted));
  }

  async #read({ url = "/" }: IncomingMessage, address: string): Promise<Request> {
    try {
      return this.#options.read(url);
    } catch (error) {
      if (error instanceof Refusal && isWrongCredential(error)) await this.#throttle.refuse(address, error);
      throw error;
    }
  }

  async #admit(socket: PeerSocket, { headers: { origin } }: IncomingMessage, wanted: Request): Promise<void> {
    // Time may have passed.
    this.#assertOpen();
    const project = await this.#projects.ask(wanted.publicKey);
    if (!project) throw new Refusal("unauthorized");
    if (origin !== undefined && project.allowedOrigins.length > 0 && !project.allowedOrigins.includes(origin)) {
      throw new Refusal("origin_not_allowed");
    }
    await this.#options.admit(socket, project.projectId, wanted);
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted || !this.#options.lease.holds()) throw new Refusal("unavailable");
  }

  async #screen(requests: readonly Request[]): Promise<readonly (Refusal | undefined)[]> {
    const [known, refusals] = await Promise.all([
      this.#knownKeys(requests.map(({ publicKey }) => publicKey)),
      this.#options.screen(requests),
    ]);
    return requests.map(({ publicKey }, index) =>
      known.has(publicKey) ? refusals[index] : new Refusal("unauthorized"),
    );
  }

  async #knownKeys(publicKeys: readonly PublicKey[]): Promise<ReadonlySet<string>> {
    const rows = await query(
      this.#options.connection.db
        .select({ publicKey: projects.publicKey })
        .from(projects)
        .where(and(inArray(projects.publicKey, [...new Set(publicKeys)]), isNull(projects.deletedAt), onPrimary)),
    );
    return new Set(rows.map(({ publicKey }) => publicKey));
  }

  #refuse(socket: PeerSocket, error: unknown): void {
    const refusal = error instanceof Refusal ? error : isUnavailable(error) ? new Refusal("unavailable") : undefined;
    const code = refusal?.code ?? "internal_error";
    const requestId = refusal ? undefined : randomUUID();
    if (!refusal) this.#options.logger.error({ err: error, requestId }, "a socket could not be admitted");
    this.#options.onRefusal(code);
    socket.resume();
    socket.refuse(code, ERRORS[code].close ?? ERRORS.internal_error.close, {
      requestId,
      ...(refusal && { message: refusal.message }),
    });
  }
}

interface Project {
  readonly projectId: ProjectId;
  readonly allowedOrigins: readonly string[];
}

const PROJECT_BATCH = 1_000;

const FIND_PROJECTS = statement<readonly PublicKey[], readonly (Project & { readonly publicKey: PublicKey })[]>(
  (input) => sql`select coalesce(json_agg(json_build_object(
      'publicKey', ${projects.publicKey}, 'projectId', ${projects.id}, 'allowedOrigins', ${projects.allowedOrigins}
    )), '[]') as output
    from ${projects}
    where ${projects.publicKey} in (select value from json_array_elements_text(${input})) and ${projects.deletedAt} is null and ${onPrimary}`,
);

async function findProjects(
  { db }: Connection,
  publicKeys: readonly PublicKey[],
): Promise<PromiseSettledResult<Project | undefined>[]> {
  const found = await query(execute(db, FIND_PROJECTS, [...new Set(publicKeys)]));
  const byKey = new Map(found.map((project) => [project.publicKey, project]));
  return publicKeys.map((key) => ({ status: "fulfilled", value: byKey.get(key) }));
}

/** Of all that is asked for: a token that works does so for its peer, under its project's key and for its attempt alone. */
const digest = (request: object): string => createHash("sha256").update(JSON.stringify(request)).digest("base64");
