import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ApiConfig } from "../../services/api/src/config.ts";
import { SfuConfig } from "../../services/sfu/src/config.ts";
import { SignalingConfig } from "../../services/signaling/src/config.ts";
import { WebConfig } from "../../services/web/src/config.ts";
import { services } from "./stack.ts";

/** Settings that are not given in compose, and why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  HOST: "all addresses of the container",
  PORT: "the image's",
  MEDIASOUP_WORKER_BIN: "the image's",
  ADMIN_HOST: "the gateway and the health check reach it at the container's addresses",
  NODE_ID: "random, where no port depends on it",
  DATABASE_DIRECT_URL: "there is no pooler",
};
/** Read by the database's driver. */
const OF_LIBRARIES = ["PGPASSWORD"];

test.each([
  ["api", ApiConfig],
  ["web", WebConfig],
  ["signaling-1", SignalingConfig],
  ["signaling-2", SignalingConfig],
  ["sfu-1", SfuConfig],
  ["sfu-2", SfuConfig],
])("%s is given every setting that it knows, and no other", (name, config) => {
  const environment = services[name]?.environment ?? {};
  const known = Object.keys(config.shape);
  expect(known.filter((setting) => !(setting in environment) && !(setting in LEFT_OUT))).toEqual([]);
  expect(Object.keys(environment).filter((setting) => !known.includes(setting))).toEqual(
    OF_LIBRARIES.filter((setting) => setting in environment),
  );
  const passed = Object.entries(environment).flatMap(([setting, value]) => {
    const from = /^\$\{(\w+)/.exec(String(value))?.[1];
    return from === undefined || OF_LIBRARIES.includes(setting) ? [] : [[setting, from]];
  });
  expect(passed.length).toBeGreaterThan(0);
  for (const [setting, from] of passed) expect(from).toBe(setting);
});

test("the gateway asks the port of readiness, and passes nothing on to it", () => {
  const caddyfile = readFileSync(new URL("../gateway/routes.Caddyfile", import.meta.url), "utf8");
  const adminPort = String(services.api?.environment?.ADMIN_PORT);
  const upstreams = [...caddyfile.matchAll(/reverse_proxy (.+) \{/g)].flatMap(([, list = ""]) => list.split(" "));
  expect(upstreams).toEqual([
    "signaling-1:3000",
    "signaling-2:3000",
    "sfu-1:3000",
    "sfu-2:3000",
    "api:3000",
    "web:3000",
  ]);
  const checks = [...caddyfile.matchAll(/health_uri \/readyz\s+health_port (\d+)/g)];
  expect(checks.map(([, port]) => port)).toEqual([adminPort, adminPort]);
  expect(caddyfile.match(/health_uri/g)).toHaveLength(checks.length);
});
