import { join } from "node:path";
import { canInstallPackages, installPackages } from "./machine/debian.ts";
import { isExecutable, pathFolders } from "./machine/programs.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const APPLICATIONS = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/opt/google/chrome/chrome",
];
const ADVICE =
  "These tests need Chromium: set CHROMIUM_PATH, or install it " +
  "(Debian: apt-get install chromium; macOS: brew install --cask chromium, or Google Chrome).";

/**
 * The Chromium of this machine: `CHROMIUM_PATH`, else a program with one of its usual names.
 * @throws what to install, when it has none.
 */
export function chromiumPath(): string {
  const own = process.env.CHROMIUM_PATH;
  if (own && !isExecutable(own)) throw new Error(`CHROMIUM_PATH is not an executable program: ${own}`);
  const path = own ?? findChromium();
  if (!path) throw new Error(ADVICE);
  return path;
}

/** Installs Chromium from Debian when this machine has none and this process may. */
export async function installChromiumWhereMissing(): Promise<void> {
  if (process.env.CHROMIUM_PATH || findChromium() || !canInstallPackages()) return;
  await installPackages("chromium");
}

function findChromium(): string | undefined {
  const folders = pathFolders();
  const programs = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...programs, ...APPLICATIONS].find(isExecutable);
}
