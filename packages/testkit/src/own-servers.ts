import { NATS } from "./servers/nats.ts";
import type { OwnServer } from "./servers/own-server.ts";
import { POSTGRES } from "./servers/postgres.ts";
import { provideOwnServer } from "./servers/provide.ts";

/**
 * A Postgres for one test, to be stopped, frozen and killed.
 * @throws what to install, when this machine has no Postgres.
 */
export function ownPostgres(): Promise<OwnServer> {
  return provideOwnServer(POSTGRES);
}

/**
 * A NATS server with JetStream for one test, to be stopped, frozen and killed.
 * @throws what to install, when this machine has no NATS.
 */
export function ownNats(): Promise<OwnServer> {
  return provideOwnServer(NATS);
}
