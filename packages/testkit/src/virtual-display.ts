import { canInstallPackages, installPackages } from "./machine/debian.ts";
import { folderWith, pathFolders } from "./machine/programs.ts";
import { type OwnProcess, startProcess } from "./process.ts";

export interface VirtualDisplay extends AsyncDisposable {
  /** As the environment variable DISPLAY has it. */
  readonly name: string;
}

/**
 * An X display without a monitor, for browsers that share a screen: headless ones have none.
 *
 * @throws what to install, when this machine has no Xvfb
 */
export async function virtualDisplay(): Promise<VirtualDisplay> {
  const isMissing = () => !folderWith(pathFolders(), "Xvfb");
  if (isMissing() && canInstallPackages()) await installPackages("xvfb");
  if (isMissing()) throw new Error("These tests need Xvfb: install it (Debian: apt-get install xvfb).");
  const server = await startProcess({
    command: "Xvfb",
    // It chooses a display that is free, and writes its number once it accepts clients.
    args: ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
    readyLine: /^\d+$/m,
  });
  return { name: `:${numberIn(server)}`, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

function numberIn({ output }: OwnProcess): string {
  return /^(\d+)$/m.exec(output)?.[1] ?? "";
}
