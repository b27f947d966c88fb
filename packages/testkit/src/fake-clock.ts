import { existsSync, readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canInstallPackages, installPackages } from "./machine/debian.ts";
import { tempDirectory } from "./machine/temp-directory.ts";

const LIBRARY = "faketime/libfaketimeMT.so.1";
const FOLDER = "/usr/lib";

/** Which clocks of a process are wrong: that of the day, or all of them, as after a pause of a virtual machine. */
export type FakedClocks = "wall" | "all";

/** The clock of one process, by libfaketime, which can be set while the process runs. */
export interface FakeClock extends AsyncDisposable {
  /** For the process. */
  readonly env: Readonly<Record<string, string>>;
  /** Sets it to so many seconds after the right time, or before; the process sees it within a second. */
  set(seconds: number): Promise<void>;
}

/**
 * A clock that can be wrong, on Debian and the like.
 * @throws when this machine has no libfaketime, and cannot install it
 */
export async function fakeClock(clocks: FakedClocks): Promise<FakeClock> {
  if (findLibrary() === undefined && canInstallPackages()) await installPackages("libfaketime");
  const library = findLibrary();
  if (library === undefined) throw new Error("A wrong clock needs libfaketime (Debian: apt-get install libfaketime).");
  const directory = await tempDirectory("clock");
  const file = join(directory.path, "offset");
  const set = (seconds: number): Promise<void> => writeFile(file, `${seconds < 0 ? "" : "+"}${seconds}s\n`);
  await set(0);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_CACHE_DURATION: "1",
      // Times of files stay right.
      NO_FAKE_STAT: "1",
      ...(clocks === "wall" && { FAKETIME_DONT_FAKE_MONOTONIC: "1" }),
    },
    set,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** In the system's folder for libraries, or that of an architecture in it. */
function findLibrary(): string | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const paths = ["", ...readdirSync(FOLDER)].map((folder) => join(FOLDER, folder, LIBRARY));
  return paths.find((path) => existsSync(path));
}
