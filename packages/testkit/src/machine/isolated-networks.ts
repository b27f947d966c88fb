import { execFile } from "node:child_process";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { isRoot } from "./account.ts";
import { installPackages } from "./debian.ts";
import { keep, release } from "./keeper.ts";
import { folderWith, pathFolders } from "./programs.ts";

const execute = promisify(execFile);

/** A network of its own, in which only the addresses of the servers can be reached. */
export interface IsolatedNetwork {
  /** What programs in it have as their own address. */
  readonly address: string;
  /** A program that runs a given one in this network, with the arguments that it is given. */
  wrap(program: string): Promise<string>;
  /** Drops what is not allowed by one of these rules of iptables; an empty list lets everything pass. */
  restrict(allowed: readonly (readonly string[])[]): Promise<void>;
}

export interface IsolatedNetworks extends AsyncDisposable {
  /** Addresses of this machine that all of the networks can reach. */
  readonly servers: readonly [string, string];
  readonly networks: readonly IsolatedNetwork[];
}

/** Why this machine cannot have them; undefined when it can. */
export const whyNoIsolatedNetworks = (): string | undefined =>
  process.platform === "linux" && isRoot() ? undefined : "needs root on Linux, for network namespaces";

/**
 * Network namespaces that reach this machine and not each other. Disposal removes them with all that belongs to them;
 * end the programs in them before.
 */
export async function isolatedNetworks(count: number): Promise<IsolatedNetworks> {
  await installWhereMissing();
  await using stack = new AsyncDisposableStack();
  const id = randomBytes(3).toString("hex");
  // The range for tests of networks (RFC 2544).
  const subnet = randomInt(1, 255);
  const servers = [`198.18.${subnet}.1`, `198.18.${subnet}.2`] as const;
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), "radist-networks-"))).path;
  const networks: IsolatedNetwork[] = [];
  for (let index = 0; index < count; index++) {
    const [name, link] = [`radist-${id}-${index}`, `rad${id}${index}`];
    const address = `198.19.${subnet}.${index + 1}`;
    const kept = { namespace: name };
    keep(kept);
    stack.defer(() => release(kept));
    await ip("netns", "add", name);
    stack.defer(() => ip("netns", "delete", name));
    await ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
    // The kernel is done with this at once, and takes its time with a namespace.
    stack.defer(() => ip("link", "delete", link));
    if (index === 0) for (const server of servers) await ip("address", "add", `${server}/32`, "dev", link);
    await ip("link", "set", link, "up");
    await ip("route", "add", `${address}/32`, "dev", link);
    await ip("-n", name, "link", "set", "lo", "up");
    await ip("-n", name, "address", "add", `${address}/32`, "dev", "eth0");
    await ip("-n", name, "link", "set", "eth0", "up");
    await ip("-n", name, "route", "add", `198.18.${subnet}.0/24`, "dev", "eth0");
    networks.push(network(name, address, folder));
  }
  const owned = stack.move();
  return { servers, networks, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function network(name: string, address: string, folder: string): IsolatedNetwork {
  const iptables = (...rule: readonly string[]) => ip("netns", "exec", name, "iptables", "-w", ...rule);
  return {
    address,
    async wrap(program) {
      const wrapper = join(folder, `${name}-${randomBytes(3).toString("hex")}`);
      const script = `#!/bin/sh\nexec ip netns exec ${name} '${program}' "$@"\n`;
      // By another process: a program that this one starts meanwhile would have the file open for writing, too (ETXTBSY).
      await execute("sh", ["-c", 'printf %s "$1" > "$2" && chmod 755 "$2"', "sh", script, wrapper]);
      return wrapper;
    },
    async restrict(allowed) {
      await iptables("-F", "OUTPUT");
      if (allowed.length === 0) return;
      for (const rule of [["-o", "lo"], ...allowed]) await iptables("-A", "OUTPUT", ...rule, "-j", "ACCEPT");
      await iptables("-A", "OUTPUT", "-j", "DROP");
    },
  };
}

async function installWhereMissing(): Promise<void> {
  const programs = { ip: "iproute2", iptables: "iptables" };
  const missing = Object.entries(programs).filter(([program]) => !folderWith(pathFolders(), program));
  if (missing.length > 0) await installPackages(...missing.map(([, name]) => name));
}

async function ip(...args: readonly string[]): Promise<void> {
  await execute("ip", args);
}
