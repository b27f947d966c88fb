import { constants } from "node:os";

/** Something that the person at the terminal can put right; shown without a stack. */
export class Unprepared extends Error {}

/** The person at the terminal, or whoever started this, wants it to end. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`Ended by ${signal}.`);
    this.signal = signal;
  }
}

/**
 * Shows why a command ended before its end.
 *
 * @param {unknown} error
 * @returns {number} the exit code for it
 * @throws whatever is neither of the two above: a bug, with its stack
 */
export function explain(error) {
  if (error instanceof Interrupted) return 128 + constants.signals[error.signal];
  if (!(error instanceof Unprepared)) throw error;
  console.error(`\n${error.message}`);
  return 1;
}
