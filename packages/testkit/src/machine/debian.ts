import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { isRoot } from "./account.ts";
import { printNotice } from "./print-notice.ts";
import { isExecutable } from "./programs.ts";

const run = promisify(execFile);
const APT_GET = "/usr/bin/apt-get";
const POLICY = "/usr/sbin/policy-rc.d";
const CLUSTER_FOLDER = "/etc/postgresql-common";
const CLUSTER_POLICY = `${CLUSTER_FOLDER}/createcluster.conf`;

/** Whether this process may install Debian packages here. */
export function canInstallPackages(): boolean {
  return isRoot() && isExecutable(APT_GET);
}

let installing: Promise<void> = Promise.resolve();

/**
 * Installs Debian packages, with a notice, without starting their services. Rejects with the end of apt-get's output
 * when that fails.
 */
export function installPackages(...packages: string[]): Promise<void> {
  // One after the other, as apt-get requires anyway, so that each one blocks the services itself.
  const installed = installing.then(() => installNow(packages));
  installing = installed.catch(() => undefined);
  return installed;
}

async function installNow(packages: string[]): Promise<void> {
  printNotice(`installing the Debian package ${packages.join(", ")} (apt-get) …`);
  using _ = keepServicesFromStarting();
  try {
    await install(packages);
  } catch {
    // The package lists may be missing or outdated: fetch them and try again.
    await apt(["update", "-qq"]);
    await install(packages);
  }
}

function install(packages: string[]): Promise<void> {
  return apt(["install", "-y", "-qq", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold", ...packages]);
}

async function apt(args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(APT_GET, ["-o", "DPkg::Lock::Timeout=300", ...args], { env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim().split("\n").slice(-3) : [];
    throw new Error(`apt-get ${args[0]} failed: ${words.join(" ")}`, { cause: error });
  }
}

/** The packages would start a database on port 5432 and a NATS server on 4222, and tests use neither. */
function keepServicesFromStarting(): Disposable {
  if (!existsSync(CLUSTER_POLICY)) {
    mkdirSync(CLUSTER_FOLDER, { recursive: true });
    writeFileSync(CLUSTER_POLICY, "create_main_cluster = false\n");
  }
  if (existsSync(POLICY)) return { [Symbol.dispose]() {} };
  writeFileSync(POLICY, "#!/bin/sh\nexit 101\n");
  chmodSync(POLICY, 0o755);
  return { [Symbol.dispose]: () => rmSync(POLICY, { force: true }) };
}
