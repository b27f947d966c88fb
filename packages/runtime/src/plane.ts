import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Hono } from "hono";

/** Handles an HTTP upgrade; answers every request that it receives, including those that it refuses. */
export type AcceptUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** One of the parts that scale independently (api, signaling, web …): what it serves, its health, how it stops. */
export interface Plane extends AsyncDisposable {
  readonly name: string;
  /** The HTTP paths of this plane, absolute. */
  readonly http: Hono;
  /** The WebSocket path of this plane. */
  readonly sockets?: { readonly path: string; readonly accept: AcceptUpgrade };
  /** The conditions under which the plane can serve, by name, for `/readyz`. */
  readonly checks: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  /** The conditions of a part without which the rest is served: `/readyz` names them, and stays ready. */
  readonly optionalChecks?: Plane["checks"];
  /** Resolves with the reason when the plane cannot go on: the process ends with exit code 1. */
  readonly failed?: Promise<Error>;
  /** Accepts nothing new, and releases what it holds, until done or `deadline` aborts. */
  drain(deadline: AbortSignal): Promise<void>;
  /** Releases everything; idempotent. */
  close(): Promise<void>;
}
