import type { RadistError } from "../errors.ts";

/** The state of a connection as the page sees it. `closed` is final. */
export type SocketState = "connecting" | "connected" | "reconnecting" | "closed";

/** How a connection ended; `failed` comes with its error. */
export interface SocketEnding {
  readonly reason: string;
  readonly error?: RadistError;
}

/** The ending that this package itself decides on. */
export interface FailedEnding {
  readonly reason: "failed";
  readonly error: RadistError;
}

/**
 * A connection that outlives its sockets. Of these there are up to two: the *current* one, and the *previous* one, which
 * keeps delivering until the platform has moved the peer to the current one.
 *
 *   idle ──connect──▶ opening ──joined──▶ joined
 *                       ▲  │                │
 *     retryDue, nudged, │  │ lost           │ lost
 *     connect           │  ▼                ▼
 *                      waiting ◀────────────┘      joined ──connect, unanswered──▶ opening (the socket becomes previous)
 *
 * A current socket that has been silent is asked for a sign of life, and replaced when it gives none (unanswered).
 *
 *   any ──end; lost, when the verdict is final or the first join took too long──▶ closed
 */
export type SocketPhase =
  /** No socket was opened yet. */
  | { readonly name: "idle"; readonly joinBy: number }
  /** The current socket is not admitted yet. */
  | ({ readonly name: "opening"; readonly refusal: RadistError | undefined } & Attempts)
  /** The current socket is admitted. */
  | {
      readonly name: "joined";
      readonly since: number;
      readonly refusal: RadistError | undefined;
      readonly failures: number;
      /** An answer is awaited that shows whether the socket still works. */
      readonly isProbing: boolean;
    }
  /** There is no current socket until the retry is due. */
  | ({ readonly name: "waiting" } & Attempts)
  | { readonly name: "closed" };

interface Attempts {
  /** When the first join gives up, epoch milliseconds; undefined once it succeeded. */
  readonly joinBy: number | undefined;
  /** Failed attempts in a row. */
  readonly failures: number;
}

/** What happens to a connection. `at` is in epoch milliseconds. */
export interface SocketEvents<End> {
  /** A fresh socket is wanted now. */
  connect: object;
  /** The platform admitted the current socket. */
  joined: { readonly at: number };
  /** The platform said why it is about to close the current socket. */
  refused: { readonly error: RadistError };
  /** Any message arrived on the current socket. */
  heard: object;
  /** The current socket closed, or was not admitted in time. */
  lost: { readonly at: number; readonly isOnline: boolean; readonly verdict: End | "retry" };
  retryDue: object;
  /** Nothing has arrived on the current socket for a while. */
  silent: { readonly canSend: boolean };
  /** The answer to a probe is overdue. */
  unanswered: object;
  /** Something suggests that the network changed. */
  nudged: { readonly canSend: boolean };
  /** The page, or the platform, ends it. */
  end: { readonly ending: End };
}

/** Of an attempt to join, of silence, and of the answer to a probe. */
export type SocketTimer = "attempt" | "silence" | "probe";

/** What is to be done, in this order. */
export type SocketEffect<End> =
  /** Stops all timers. */
  | { readonly type: "stopTimers" }
  | { readonly type: "stopTimer"; readonly timer: SocketTimer }
  /** Starts a timer, anew if it runs. */
  | { readonly type: "startTimer"; readonly timer: SocketTimer; readonly ms: number }
  /** @param attempt how many failed before it; infinite where the browser knows that it is offline */
  | { readonly type: "scheduleRetry"; readonly attempt: number }
  /** Creates a socket, which becomes the current one. */
  | { readonly type: "open" }
  /** The current socket becomes the previous one. */
  | { readonly type: "demote" }
  | { readonly type: "close"; readonly socket: "current" | "previous"; readonly code?: 1000 }
  /** Sends a ping, which the platform answers. */
  | { readonly type: "probe" }
  /** Notifies the page, if {@link socketStateIn} has changed. */
  | { readonly type: "reportState" }
  /** Resolves the promises of a join. */
  | { readonly type: "resolveJoins" }
  /** Rejects the promises of a join, and notifies the page. */
  | { readonly type: "reportEnd"; readonly ending: End | FailedEnding };

export function socketStateIn(state: SocketPhase): SocketState {
  switch (state.name) {
    case "idle":
      return "connecting";
    case "opening":
    case "waiting":
      return state.joinBy === undefined ? "reconnecting" : "connecting";
    case "joined":
      return "connected";
    case "closed":
      return "closed";
  }
}
