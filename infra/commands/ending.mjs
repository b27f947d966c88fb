import { constants } from "node:os";

/** A problem that the user at the terminal can solve; shown without a stack. */
export class Unprepared extends Error {}

/** The user or the parent process asked this process to end. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Ended by ${signal}.`);
    this.signal = signal;
  }
}

/**
 * Prints why a command stopped early.
 *
 * @param {unknown} error
 * @returns {number} the exit code for it
 * @throws any other error: a bug, with its stack
 */
export function explain(error) {
  if (error instanceof Interrupted) return 128 + constants.signals[error.signal];
  if (!(error instanceof Unprepared)) throw error;
  console.error(`\n${error.message}`);
  return 1;
}
