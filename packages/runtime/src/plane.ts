import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Hono } from "hono";

/** Takes over an HTTP upgrade; answers every request that it is handed, also the ones that it refuses. */
export type AcceptUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** One of the parts that scale apart (api, signaling, web …): what it serves, whether it can, how it ends. */
export interface Plane extends AsyncDisposable {
  readonly name: string;
  /** The HTTP paths of this plane, absolute. */
  readonly http: Hono;
  /** The WebSocket path of this plane. */
  readonly sockets?: { readonly path: string; readonly accept: AcceptUpgrade };
  /** What must hold for the plane to serve, by name, for `/readyz`. */
  readonly checks: Readonly<Record<string, () => boolean | Promise<boolean>>>;
  /** Lets go of what is under way until done or `deadline` aborts; takes nothing new meanwhile. */
  drain(deadline: AbortSignal): Promise<void>;
  /** Frees everything; idempotent. */
  close(): Promise<void>;
}
