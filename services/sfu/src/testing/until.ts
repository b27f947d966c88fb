import { pause } from "@radist-tech/protocol/timing";

/** Asks until it is so; a test's time limit ends it. */
export async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await pause(20);
}
