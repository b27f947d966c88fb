import { chmod, lstat, mkdtempDisposable, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startProcess } from "../../../packages/testkit/src/process.ts";

const SETUP = fileURLToPath(new URL("../setup-compose.mjs", import.meta.url));
const SECRETS = ["RADIST_ADMIN_TOKEN", "POSTGRES_PASSWORD", "TURN_SECRET", "GRAFANA_ADMIN_PASSWORD"];

/** A folder with an `.env`, if there is a text for it, and the command that writes it, which is not on a terminal. */
async function envFile(before?: string) {
  const folder = await mkdtempDisposable(join(tmpdir(), "radist-setup-"));
  const path = join(folder.path, ".env");
  if (before !== undefined) await writeFile(path, before, { mode: 0o644 });
  async function setUp(...options: string[]) {
    const args = [SETUP, "--file", path, ...options];
    await using started = await startProcess({ command: process.execPath, args });
    return { code: await started.exited, output: started.output };
  }
  const text = () => readFile(path, "utf8");
  const settings = async () =>
    Object.fromEntries([...(await text()).matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  return { path, setUp, text, settings, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test("The secrets are generated once, for the owner's eyes only, and are never printed or replaced.", async () => {
  await using env = await envFile();
  const first = await env.setUp();
  expect(first.code).toBe(0);
  const secrets = await env.settings();
  expect(Object.keys(secrets)).toEqual(SECRETS);
  expect(new Set(Object.values(secrets)).size).toBe(SECRETS.length);
  for (const secret of Object.values(secrets)) {
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(first.output).not.toContain(secret);
  }
  expect((await stat(env.path)).mode & 0o777).toBe(0o600);
  await chmod(env.path, 0o644);
  expect((await env.setUp("--domain", "calls.example.com")).code).toBe(0);
  expect(await env.settings()).toEqual({ ...secrets, RADIST_DOMAIN: "calls.example.com" });
  expect((await stat(env.path)).mode & 0o777).toBe(0o600);
});

test("What else is in the file stays, what is empty or the default is filled in, and a link stays a link.", async () => {
  await using env = await envFile(
    "# mine\nLOG_LEVEL=debug\nexport POSTGRES_PASSWORD='with # and spaces'\nTURN_SECRET=\n\nRADIST_ADMIN_TOKEN=insecure-default-for-local-use # no",
  );
  const link = `${env.path}.link`;
  await symlink(env.path, link);
  expect((await env.setUp("--file", link)).code).toBe(0);
  expect((await lstat(link)).isSymbolicLink()).toBe(true);
  const generated = expect.stringMatching(/^\w+=[0-9a-f]{64}$/);
  expect((await env.text()).split("\n")).toEqual([
    "# mine",
    "LOG_LEVEL=debug",
    "export POSTGRES_PASSWORD='with # and spaces'",
    generated,
    "",
    generated,
    generated,
    "",
  ]);
});

test("A public address opens rooms and the TURN server, which keeps settings that are there.", async () => {
  await using env = await envFile();
  await env.setUp("--public-address", "127.0.0.1");
  expect(await env.settings()).toMatchObject({
    MEDIA_ANNOUNCED_ADDRESS: "127.0.0.1",
    RADIST_MEDIA_BIND_ADDRESS: "0.0.0.0",
    TURN_SHARED_ADDRESS: "127.0.0.1",
    STUN_URLS: "stun:127.0.0.1:3478",
    TURN_URLS: "turn:127.0.0.1:3478?transport=udp,turn:127.0.0.1:3478?transport=tcp",
  });
  await using other = await envFile("TURN_ADDRESS=203.0.113.9\n");
  expect((await other.setUp("--public-address", "203.0.113.7")).output).toContain("left as they are");
  expect(Object.keys(await other.settings())).not.toContain("TURN_URLS");
});

describe("Nothing is written, and the output says why, for", () => {
  test.each([
    ["a domain that is a URL", ["--domain", "https://calls.example.com"], "must be a name like"],
    ["a domain with a port", ["--domain", "calls.example.com:443"], "must be a name like"],
    ["an address that is a name", ["--public-address", "calls.example.com"], "must be an IP address"],
    ["an unknown option", ["--secret", "x"], "Unknown option"],
    ["a file that cannot be there", ["--file", "/dev/null/.env"], "ENOTDIR"],
  ])("%s", async (_what, options, why) => {
    await using env = await envFile("A=b\n");
    const { code, output } = await env.setUp(...options);
    expect([code, output]).toEqual([1, expect.stringContaining(why)]);
    expect(output).not.toContain("    at ");
    expect(await env.text()).toBe("A=b\n");
  });
});

test("--help says what it does, and does nothing.", async () => {
  await using env = await envFile();
  const { code, output } = await env.setUp("--help");
  expect([code, output]).toEqual([0, expect.stringContaining("--public-address ADDRESS")]);
  await expect(stat(env.path)).rejects.toThrow("ENOENT");
});
