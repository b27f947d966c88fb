import { connect, query } from "@radist-tech/db";
import {
  type FaultProxy,
  faultProxy,
  type OwnServer,
  ownNats,
  ownNatsCluster,
  ownPgBouncer,
  ownPostgres,
  ownStandby,
} from "@radist-tech/testkit";
import { sql } from "drizzle-orm";

export interface ServerOptions {
  /** Default 1; more are a cluster. */
  readonly nats?: number;
  /** The services reach Postgres through PgBouncer. */
  readonly hasPooler?: boolean;
  /** Postgres is followed by a hot standby. */
  readonly hasStandby?: boolean;
}

/** What the services depend on, each a process that can be made to fail. */
export interface Servers extends AsyncDisposable {
  readonly postgres: OwnServer;
  readonly nats: readonly OwnServer[];
  readonly pooler: OwnServer | undefined;
  /** The path of all services to Postgres, or to the pooler. */
  readonly path: FaultProxy;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  /** The Postgres that takes writes. */
  readonly primaryUrl: string;
  /** Kills the primary, promotes the standby, and moves the address there. */
  failOver(): Promise<void>;
}

export async function startServers({ nats = 1, hasPooler, hasStandby }: ServerOptions): Promise<Servers> {
  await using stack = new AsyncDisposableStack();
  const [postgres, bus] = await Promise.all([ownPostgres(), nats > 1 ? ownNatsCluster(nats) : ownNats()]);
  stack.use(postgres);
  stack.use(bus);
  const natsServers = "servers" in bus ? bus.servers : [bus];
  const standby = hasStandby ? stack.use(await ownStandby(postgres)) : undefined;
  const pooler = hasPooler ? stack.use(await ownPgBouncer(postgres.url)) : undefined;
  const path = stack.use(await faultProxy(portOf((pooler ?? postgres).url)));
  const databaseUrl = new URL(postgres.url);
  databaseUrl.host = path.host;
  let primary = postgres;
  const owned = stack.move();
  return {
    postgres,
    nats: natsServers,
    pooler,
    path,
    databaseUrl: databaseUrl.href,
    natsUrl: natsServers.map(({ url }) => url).join(),
    get primaryUrl() {
      return primary.url;
    },
    async failOver() {
      if (!standby) throw new Error("There is no standby.");
      postgres.signal("SIGKILL");
      await using admin = await connect(standby.url, { maxConnections: 1 });
      await query(admin.db.execute(sql`select pg_promote()`));
      primary = standby;
      path.leadTo(portOf(standby.url));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const portOf = (url: string): number => Number(new URL(url).port);
