import type { AccessControl, ProjectId } from "@radist-tech/protocol";

/** Who made a request, as its credential proves. */
export interface Caller {
  /** What the caller's idempotency keys belong to. */
  readonly scope: string;
  /** The credential itself, for deriving keys from it; never logged, never stored. */
  readonly credential: string;
}

/** What requests need to know about their project. */
export interface CallerProject {
  readonly id: ProjectId;
  readonly allowedOrigins: readonly string[];
  readonly connectionLimit: number | null;
  readonly defaultAccessControl: AccessControl;
}

export interface ProjectCaller extends Caller {
  readonly project: CallerProject;
}

/** Environment of handlers behind the admin token. */
export interface CallerEnv {
  Variables: { caller: Caller };
}

/** Environment of handlers behind a secret or a public key. */
export interface ProjectCallerEnv {
  Variables: { caller: ProjectCaller };
}
