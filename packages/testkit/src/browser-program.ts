import { join } from "node:path";
import { canInstallPackages, installPackages } from "./machine/debian.ts";
import { isExecutable, pathFolders } from "./machine/programs.ts";

interface BrowserKind {
  /** The environment variable that names a program of the tester's own. */
  readonly variable: string;
  readonly names: readonly string[];
  readonly applications: readonly string[];
  readonly debianPackage: string;
  readonly advice: string;
}

const CHROMIUM: BrowserKind = {
  variable: "CHROMIUM_PATH",
  names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"],
  applications: [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/opt/google/chrome/chrome",
  ],
  debianPackage: "chromium",
  advice:
    "These tests need Chromium: set CHROMIUM_PATH, or install it " +
    "(Debian: apt-get install chromium; macOS: brew install --cask chromium, or Google Chrome).",
};

const FIREFOX: BrowserKind = {
  variable: "FIREFOX_PATH",
  names: ["firefox-esr", "firefox"],
  applications: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
  debianPackage: "firefox-esr",
  advice:
    "These tests need Firefox: set FIREFOX_PATH, or install it " +
    "(Debian: apt-get install firefox-esr; macOS: brew install --cask firefox).",
};

/**
 * The Chromium of this machine: `CHROMIUM_PATH`, else a program with one of its usual names.
 * @throws what to install, when it has none.
 */
export const chromiumPath = (): string => pathOf(CHROMIUM);

/**
 * The Firefox of this machine: `FIREFOX_PATH`, else a program with one of its usual names.
 * @throws what to install, when it has none.
 */
export const firefoxPath = (): string => pathOf(FIREFOX);

/** Installs Chromium and Firefox from Debian where this machine lacks them and this process may. */
export async function installBrowsersWhereMissing(): Promise<void> {
  for (const kind of [CHROMIUM, FIREFOX]) {
    if (process.env[kind.variable] || find(kind) || !canInstallPackages()) continue;
    await installPackages(kind.debianPackage);
  }
}

function pathOf(kind: BrowserKind): string {
  const own = process.env[kind.variable];
  if (own && !isExecutable(own)) throw new Error(`${kind.variable} is not an executable program: ${own}`);
  const path = own ?? find(kind);
  if (!path) throw new Error(kind.advice);
  return path;
}

function find({ names, applications }: BrowserKind): string | undefined {
  const folders = pathFolders();
  const programs = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...programs, ...applications].find(isExecutable);
}
