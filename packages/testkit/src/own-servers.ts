import { NATS } from "./servers/nats.ts";
import type { OwnServer } from "./servers/own-server.ts";
import { POSTGRES } from "./servers/postgres.ts";
import { provideOwnServer } from "./servers/provide.ts";

/**
 * A Postgres of one test's own, to cut, freeze and kill.
 * @throws what to install, when this machine has no Postgres to offer.
 */
export function ownPostgres(): Promise<OwnServer> {
  return provideOwnServer(POSTGRES);
}

/**
 * A NATS server of one test's own, to cut, freeze and kill.
 * @throws what to install, when this machine has no NATS to offer.
 */
export function ownNats(): Promise<OwnServer> {
  return provideOwnServer(NATS);
}
