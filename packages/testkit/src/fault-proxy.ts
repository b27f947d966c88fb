import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { Transform } from "node:stream";
import { RoundTripRecord } from "./round-trip-record.ts";
import { StatementWatch } from "./statement-watch.ts";
import { TransactionCount } from "./transaction-count.ts";

/** A TCP proxy, on loopback where nothing else is said, whose paths can be made to fail as networks do. Disposal closes everything. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:port`, or another address with the port. */
  readonly host: string;
  /** How many connections are open, frozen ones included. */
  readonly connections: number;
  /** How many connections were ever accepted. */
  readonly accepted: number;
  /** To Postgres, without TLS: how many transactions have ended on all connections that were ever accepted. */
  readonly transactions: number;
  /**
   * Connections that are open now forward nothing any more, in either direction, and stay open: a NAT or a proxy that
   * forgot them. New ones work.
   */
  freeze(): void;
  /** From now on new connections are accepted and forward nothing, until {@link FaultProxy.pass}. */
  blackhole(): void;
  /** New connections work again; frozen ones stay frozen. */
  pass(): void;
  /** From now on new connections go to this port on 127.0.0.1, as with an address that was moved; open ones stay. */
  leadTo(port: number): void;
  /** Resets all open connections. */
  cut(): void;
  /**
   * To Postgres: the next connection that commits a transaction, in which it sent `after`, is reset in place of the
   * answer. The transaction is stored, and its client does not know. Resolves when that has happened.
   */
  loseCommit(after: string): Promise<void>;
  /**
   * To Postgres: from now on, what goes there in each round trip, on all connections. Ends the record before it.
   *
   * @param isAbout whether a statement is to be recorded; what follows it in its transaction is as well
   */
  recordRoundTrips(isAbout: (statement: string) => boolean): RoundTripRecord;
  /**
   * To Postgres: from now on each connection that commits a transaction, and for which this says so, is reset in place of the
   * answer; with undefined none is any more.
   */
  loseCommits(isLost: (() => boolean) | undefined): void;
  /** How many answers to a COMMIT were lost. */
  readonly lostCommits: number;
  /** From now on each answer takes this much longer, milliseconds. */
  slow(ms: number): void;
  /** Resolves when the next connection has been accepted. */
  nextConnection(): Promise<void>;
  /** Resolves when so many connections, of all that were ever accepted, have been closed. */
  closed(count: number): Promise<void>;
}

interface Path {
  readonly client: Socket;
  readonly server: Socket | undefined;
}

/**
 * @param target the port on 127.0.0.1, or a host and port, that connections are forwarded to
 * @param listenAt the address of this machine where it listens
 */
export async function faultProxy(
  target: number | { readonly host: string; readonly port: number },
  listenAt = "127.0.0.1",
): Promise<FaultProxy> {
  let { host, port } = typeof target === "number" ? { host: "127.0.0.1", port: target } : target;
  const paths = new Set<Path>();
  const counts: TransactionCount[] = [];
  let accepted = 0;
  let swallows = false;
  let record: RoundTripRecord | undefined;
  let losing: { readonly after: string; readonly done: () => void } | undefined;
  let isLost: (() => boolean) | undefined;
  let lostCommits = 0;
  let slowMs = 0;
  const changes = new EventEmitter();

  const listener = createServer({ noDelay: true }, (client) => {
    accepted += 1;
    const server = swallows ? undefined : dial({ host, port, noDelay: true });
    const path = { client, server };
    paths.add(path);
    // A reset of one end is a reset of the other; that is all that this has to know of errors.
    const end = (): void => {
      if (paths.delete(path)) changes.emit("closed");
      client.destroy();
      server?.destroy();
    };
    client.on("error", end).on("close", end);
    server?.on("error", end).on("close", end);
    if (!server) return void client.resume();
    const count = new TransactionCount();
    counts.push(count);
    server.on("data", (data) => count.take(data));
    const answers = new Transform({
      transform(data: Buffer, _encoding, pass) {
        if (slowMs === 0) pass(null, data);
        else setTimeout(pass, slowMs, null, data);
      },
    });
    answers.on("error", end);
    const watch = new StatementWatch();
    let sent: object | undefined;
    const turns = {};
    server.on("data", () => record?.answered(turns));
    client.on("data", (data) => {
      const statements = watch.statementsIn(data);
      record?.asked(turns, statements);
      const { after } = losing ?? {};
      if (after !== undefined && statements.some((statement) => statement.includes(after))) sent = losing;
      if (!statements.includes("commit")) return;
      const awaited = losing && sent === losing ? losing : undefined;
      if (!awaited && !isLost?.()) return;
      if (awaited) losing = undefined;
      answers.unpipe(client).resume();
      // What was sent with the commit may be answered before it.
      const before = count.count;
      server.on("data", () => {
        if (count.count === before || client.destroyed) return;
        lostCommits += 1;
        client.resetAndDestroy();
        awaited?.done();
      });
    });
    client.pipe(server);
    server.pipe(answers).pipe(client);
  });
  listener.listen(0, listenAt);
  await once(listener, "listening");
  const own = (listener.address() as AddressInfo).port;

  return {
    port: own,
    host: `${listenAt}:${own}`,
    get connections() {
      return paths.size;
    },
    get accepted() {
      return accepted;
    },
    get transactions() {
      return counts.reduce((sum, { count }) => sum + count, 0);
    },
    freeze() {
      for (const { client, server } of paths) {
        // What comes is swallowed: read, so that it shows when an end gives up, and passed on to nobody.
        client.unpipe().resume();
        server?.unpipe().resume();
      }
    },
    blackhole() {
      swallows = true;
    },
    pass() {
      swallows = false;
    },
    leadTo(next) {
      host = "127.0.0.1";
      port = next;
    },
    cut() {
      for (const { client, server } of paths) {
        client.resetAndDestroy();
        server?.resetAndDestroy();
      }
    },
    loseCommit(after) {
      return new Promise((done) => {
        losing = { after, done };
      });
    },
    recordRoundTrips(isAbout) {
      record = new RoundTripRecord(isAbout);
      return record;
    },
    loseCommits(which) {
      isLost = which;
    },
    get lostCommits() {
      return lostCommits;
    },
    slow(ms) {
      slowMs = ms;
    },
    async nextConnection() {
      await once(listener, "connection");
    },
    async closed(count) {
      while (accepted - paths.size < count) await once(changes, "closed");
    },
    async [Symbol.asyncDispose]() {
      for (const { client, server } of paths) {
        client.destroy();
        server?.destroy();
      }
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}
