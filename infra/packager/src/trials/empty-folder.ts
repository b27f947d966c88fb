import { execFile } from "node:child_process";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** A project of somebody who has npm and a registry, and nothing of ours but the tarballs. */
export interface Project extends AsyncDisposable {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
  /** Runs a program of the project's, or one of the machine's. Resolves with what it printed; rejects with that when it fails. */
  run(program: string, ...args: string[]): Promise<string>;
}

/**
 * Makes an empty folder and installs packages there as one does: `npm i`.
 *
 * @param manifest the package.json that is there before
 */
export async function emptyFolder(manifest: object, ...packages: string[]): Promise<Project> {
  const folder = await mkdtempDisposable(join(tmpdir(), "radist-trial-"));
  const { path } = folder;
  // Nothing of the repository's: not even its programs.
  const { NODE_OPTIONS: _, NODE_PATH: __, ...inherited } = process.env;
  const bins = [join(path, "node_modules/.bin"), dirname(process.execPath)];
  const env = { ...inherited, PATH: [...bins, inherited.PATH].join(delimiter) };
  const run = async (program: string, ...args: string[]): Promise<string> => {
    try {
      const { stdout, stderr } = await execute(program, args, { cwd: path, env, maxBuffer: 64 * 1024 * 1024 });
      return stdout + stderr;
    } catch (error) {
      const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
      throw new Error(`${program} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
    }
  };
  await writeFile(join(path, "package.json"), JSON.stringify({ name: "trial", private: true, ...manifest }));
  await run(
    "npm",
    "install",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
    "--prefer-offline",
    "--loglevel=error",
    ...packages,
  );
  return {
    path,
    run,
    write: (name, text) => writeFile(join(path, name), text),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
