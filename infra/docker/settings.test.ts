import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { startProcess } from "../../packages/testkit/src/process.ts";
import { type ComposeService, services, stack } from "./stack.ts";

const CHECK = fileURLToPath(new URL("check-settings.sh", import.meta.url));
const DEFAULT = "insecure-default-for-local-use";
const OWN = { RADIST_ADMIN_TOKEN: "own-admin-token", POSTGRES_PASSWORD: "own-password", TURN_SECRET: "own-secret" };

async function check(env: Record<string, string>) {
  await using started = await startProcess({ command: "sh", args: [CHECK], env });
  const code = await started.exited;
  return { code, problems: [...started.output.matchAll(/^ {2}- (\w+) must be/gm)].map(([, name]) => name) };
}

const PLATFORM = ["RADIST_ADMIN_TOKEN", "POSTGRES_PASSWORD"];

describe("With the default secrets", () => {
  test.each<[Record<string, string>, string[]]>([
    [{}, []],
    [{ RADIST_BIND_ADDRESS: "127.0.0.1", RADIST_MEDIA_BIND_ADDRESS: "[::1]", TURN_SHARED_ADDRESS: "127.0.0.2" }, []],
    [{ RADIST_BIND_ADDRESS: "0.0.0.0" }, PLATFORM],
    [{ RADIST_BIND_ADDRESS: "192.168.1.5", RADIST_ADMIN_TOKEN: DEFAULT, POSTGRES_PASSWORD: DEFAULT }, PLATFORM],
    [{ RADIST_BIND_ADDRESS: "[::]", RADIST_ADMIN_TOKEN: "own-admin-token" }, ["POSTGRES_PASSWORD"]],
    [{ RADIST_DOMAIN: "calls.example.com" }, PLATFORM],
    [{ RADIST_MEDIA_BIND_ADDRESS: "0.0.0.0" }, PLATFORM],
    [{ TURN_ADDRESS: "203.0.113.7" }, ["TURN_SECRET"]],
    [{ TURN_SHARED_ADDRESS: "203.0.113.7", TURN_SECRET: DEFAULT }, ["TURN_SECRET"]],
    [{ TURN_URLS: "turn:turn.example.com:3478" }, ["TURN_SECRET"]],
  ])("%j is refused because of %j", async (env, problems) => {
    expect(await check(env)).toEqual({ code: problems.length > 0 ? 1 : 0, problems });
  });
});

test("With secrets of its own the stack listens anywhere, but not twice on port 443.", async () => {
  const open = { ...OWN, RADIST_DOMAIN: "calls.example.com", RADIST_MEDIA_BIND_ADDRESS: "0.0.0.0" };
  expect((await check(open)).code).toBe(0);
  expect((await check({ ...open, TURN_SHARED_ADDRESS: "203.0.113.7" })).code).toBe(0);
  const withTurn = { ...open, TURN_ADDRESS: "203.0.113.7" };
  expect((await check(withTurn)).problems).toEqual(["RADIST_BIND_ADDRESS"]);
  expect((await check({ ...withTurn, RADIST_BIND_ADDRESS: "203.0.113.8" })).code).toBe(0);
});

test("Proxies are trusted by their addresses where others reach the gateway, too.", async () => {
  const problems = async (env: Record<string, string>) =>
    (await check({ ...OWN, TRUSTED_PROXIES: "2", ...env })).problems;
  expect(await problems({})).toEqual([]);
  expect(await problems({ RADIST_BIND_ADDRESS: "10.0.0.5" })).toEqual(["TRUSTED_PROXY_RANGES"]);
  expect(await problems({ RADIST_DOMAIN: "calls.example.com" })).toEqual(["TRUSTED_PROXY_RANGES"]);
  expect(await problems({ RADIST_BIND_ADDRESS: "10.0.0.5", TRUSTED_PROXY_RANGES: "10.0.0.7/32" })).toEqual([]);
  expect(await problems({ RADIST_BIND_ADDRESS: "10.0.0.5", TRUSTED_PROXIES: "1" })).toEqual([]);
});

test.each([
  ["settings", "../docker/check-settings.sh"],
  ["gateway", "../gateway/start.sh"],
])("%s is given every setting that its script reads", (service, script) => {
  const text = readFileSync(new URL(script, import.meta.url), "utf8");
  const read = new Set([...text.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name]) => name));
  const given = Object.keys(services[service]?.environment ?? {});
  expect(new Set(given.filter((name) => !name.startsWith("XDG_")))).toEqual(read);
});

test("Nothing starts before the settings are checked.", () => {
  const free = Object.entries(services).filter(([name, service]) => name !== "settings" && !waits(service));
  expect(free.map(([name]) => name)).toEqual([]);

  function waits({ depends_on: conditions = {} }: ComposeService): boolean {
    return Object.entries(conditions).some(([name, { condition }]) => {
      if (name === "settings") return condition === "service_completed_successfully";
      const service = services[name];
      return service !== undefined && waits(service);
    });
  }
});

test("Every published port is on loopback, unless a setting says otherwise.", () => {
  const published = Object.values(services).flatMap(({ ports = [] }) => ports);
  expect(published.length).toBeGreaterThan(0);
  const elsewhere = published.filter((port) => !/^(\$\{[A-Z_]+:-127\.0\.0\.1\}|127\.0\.0\.1):/.test(port));
  // Without a domain these name no address, and are where the network says.
  expect(elsewhere).toEqual(
    [80, 443].map((port) => `\${RADIST_DOMAIN:+\${RADIST_BIND_ADDRESS:-0.0.0.0}:${port}:}${port}`),
  );
  expect(stack.networks.edge).toEqual({
    driver_opts: { "com.docker.network.bridge.host_binding_ipv4": "127.0.0.1" },
  });
});
