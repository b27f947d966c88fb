import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/** The context of every request of this plane. */
export interface ApiEnv {
  /** Absent when the process calls itself, without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Known once a key was accepted; for logs. */
    projectId: string | undefined;
  };
}

/** A request and the head of its answer, for any kind of caller. */
export type Exchange = Pick<Context<ApiEnv>, "env" | "header" | "req">;
