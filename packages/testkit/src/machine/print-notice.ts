/** Tells the person at the terminal what is being done to their machine, beside the test reporter's own output. */
export function printNotice(sentence: string): void {
  process.stderr.write(`testkit: ${sentence}\n`);
}
