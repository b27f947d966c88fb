import { EventEmitter, once } from "node:events";
import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import { StatementWatch } from "./statement-watch.ts";
import { TransactionCount } from "./transaction-count.ts";

/** A TCP proxy on loopback whose paths can be made to fail as networks do. Disposal closes everything. */
export interface FaultProxy extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1:port` */
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
  /** Resolves when the next connection has been accepted. */
  nextConnection(): Promise<void>;
  /** Resolves when so many connections, of all that were ever accepted, have been closed. */
  closed(count: number): Promise<void>;
}

interface Path {
  readonly client: Socket;
  readonly server: Socket | undefined;
}

/** @param target the port on 127.0.0.1, or a host and port, that connections are forwarded to */
export async function faultProxy(
  target: number | { readonly host: string; readonly port: number },
): Promise<FaultProxy> {
  let { host, port } = typeof target === "number" ? { host: "127.0.0.1", port: target } : target;
  const paths = new Set<Path>();
  const counts: TransactionCount[] = [];
  let accepted = 0;
  let swallows = false;
  let losing: { readonly after: string; readonly done: () => void } | undefined;
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
    const watch = new StatementWatch();
    let sent: object | undefined;
    client.on("data", (data) => {
      const statements = watch.statementsIn(data);
      const { after } = losing ?? {};
      if (after !== undefined && statements.some((statement) => statement.includes(after))) sent = losing;
      if (!statements.includes("commit") || !losing || sent !== losing) return;
      const { done } = losing;
      losing = undefined;
      server.unpipe(client).resume();
      server.once("data", () => {
        client.resetAndDestroy();
        done();
      });
    });
    const count = new TransactionCount();
    counts.push(count);
    server.on("data", (data) => count.take(data));
    client.pipe(server);
    server.pipe(client);
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const own = (listener.address() as AddressInfo).port;

  return {
    port: own,
    host: `127.0.0.1:${own}`,
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
