import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import type { Provided } from "./global-setup.ts";

/**
 * The Postgres that all test files share, as a superuser of its `postgres` database. For a database of one's own see
 * `freshDatabase`.
 * @throws what to install, when this machine has no Postgres to offer.
 */
export function sharedPostgresUrl(): string {
  return urlOf(inject("postgres"));
}

/**
 * The NATS server that all test files share. Keep apart by `freshSubjectPrefix`.
 * @throws what to install, when this machine has no NATS to offer.
 */
export function sharedNatsUrl(): string {
  return urlOf(inject("nats"));
}

/** A first subject token that no other test uses. */
export function freshSubjectPrefix(): string {
  return `test${randomBytes(8).toString("hex")}`;
}

function urlOf(provided: Provided | undefined): string {
  if (!provided) throw new Error("The shared servers are missing: run vitest from the root of the repository.");
  if ("problem" in provided) throw new Error(provided.problem);
  return provided.url;
}
