/** Tells the user at the terminal what is being installed or fetched, in addition to the test reporter's output. */
export function printNotice(sentence: string): void {
  process.stderr.write(`testkit: ${sentence}\n`);
}
