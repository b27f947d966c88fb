import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";

/** What every request of this plane carries. */
export interface ApiEnv {
  /** Absent when the process asks itself, without a socket. */
  Bindings: Partial<HttpBindings>;
  Variables: {
    requestId: string;
    /** Known once a key was accepted; for logs. */
    projectId: string | undefined;
  };
}

/** A request and the head of its answer, whoever the caller is. */
export type Exchange = Pick<Context<ApiEnv>, "env" | "header" | "req">;
