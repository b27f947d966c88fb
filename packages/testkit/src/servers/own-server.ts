/** A server for one test, to be stopped, frozen, killed and restarted. Disposal ends it and removes its data. */
export interface OwnServer extends AsyncDisposable {
  /** Stays the same over `stop()` and `start()`. */
  readonly url: string;
  /** The process id of the server; changes with `start()`. */
  readonly pid: number;
  /**
   * Sends a signal to the server at once. SIGSTOP, SIGCONT and SIGKILL go to all of its processes, since those are
   * what a frozen or dead machine does; the others go to the main one.
   */
  signal(name: NodeJS.Signals): void;
  /** Stops it gracefully (after 10 s by force); its data stays. Does nothing if it has already ended. */
  stop(): Promise<void>;
  /** Starts it again, on the same port and data, and resolves when it serves. */
  start(): Promise<void>;
}
