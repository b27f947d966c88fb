import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type Connection, isUnavailable, projects, query } from "@radist-tech/db";
import { ERRORS, type ProjectId, type PublicKey, Refusal } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { aborted, addressBlock, clientAddress, FailureThrottle, type Lease, type Logger } from "@radist-tech/runtime";
import { and, eq, isNull } from "drizzle-orm";
import { WebSocketServer } from "ws";
import { PeerSocket } from "./peer-socket.ts";

const MAX_MESSAGE_BYTES = 64 * 1024;

/** Maximum of refused sockets that wait for their delay at the same time; further ones are refused at once. */
const MAX_WAITING = 1_000;

export interface EntranceOptions<Request> {
  readonly connection: Connection;
  readonly lease: Lease;
  readonly logger: Logger;
  readonly trustedProxies: number;
  /** Reads the connection request from the URL, or throws a {@link Refusal}. */
  readonly read: (url: string) => Request;
  /** Admits a socket whose key and origin are valid, or throws the reason why not. */
  readonly admit: (socket: PeerSocket, projectId: ProjectId, request: Request) => Promise<void>;
}

/** Accepts upgrades, authenticates them, and sends refused sockets the reason: an `error`, then the close. */
export class Entrance<Request extends { readonly publicKey: PublicKey }> {
  readonly #options: EntranceOptions<Request>;
  readonly #throttle = new FailureThrottle();
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
    WebSocket: PeerSocket,
  });
  #waiting = 0;
  readonly #closing = new AbortController();
  readonly #entering = new Map<PeerSocket, Promise<void>>();

  constructor(options: EntranceOptions<Request>) {
    this.#options = options;
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
          (error: unknown) => this.#refuse(peerSocket, request, error),
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
    socket.resume();
    socket.refuse("unavailable", ERRORS.unavailable.close);
  }

  async #enter(socket: PeerSocket, request: IncomingMessage): Promise<void> {
    if (this.#closing.signal.aborted || !this.#options.lease.holds()) throw new Refusal("unavailable");
    const wanted = this.#options.read(request.url ?? "/");
    const project = await this.#findProject(wanted.publicKey);
    if (!project) throw new Refusal("unauthorized");
    const { origin } = request.headers;
    if (origin !== undefined && project.allowedOrigins.length > 0 && !project.allowedOrigins.includes(origin)) {
      throw new Refusal("origin_not_allowed");
    }
    await this.#options.admit(socket, project.projectId as ProjectId, wanted);
  }

  async #findProject(publicKey: PublicKey) {
    const { db } = this.#options.connection;
    const [project] = await query(
      db
        .select({ projectId: projects.id, allowedOrigins: projects.allowedOrigins })
        .from(projects)
        .where(and(eq(projects.publicKey, publicKey), isNull(projects.deletedAt))),
    );
    return project;
  }

  async #refuse(socket: PeerSocket, request: IncomingMessage, error: unknown): Promise<void> {
    const refusal = error instanceof Refusal ? error : isUnavailable(error) ? new Refusal("unavailable") : undefined;
    const code = refusal?.code ?? "internal_error";
    const requestId = refusal ? undefined : randomUUID();
    if (!refusal) this.#options.logger.error({ err: error, requestId }, "a socket could not be admitted");
    if (code === "unauthorized") await this.#delay(request);
    socket.resume();
    socket.refuse(code, ERRORS[code].close ?? ERRORS.internal_error.close, {
      requestId,
      ...(refusal && { message: refusal.message }),
    });
  }

  async #delay(request: IncomingMessage): Promise<void> {
    const block = addressBlock(clientAddress(request, this.#options.trustedProxies));
    const delayMs = this.#throttle.failed(block, performance.now());
    if (delayMs === 0 || this.#waiting >= MAX_WAITING) return;
    this.#waiting++;
    await pause(delayMs, this.#closing.signal);
    this.#waiting--;
  }
}
