import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { freshDatabase, hasProgram, sharedNatsUrl, startService } from "../../packages/testkit/src/index.ts";
import { services } from "../docker/stack.ts";

const execute = promisify(execFile);
const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const main = (service: string): string =>
  fileURLToPath(new URL(`../../services/${service}/src/main.ts`, import.meta.url));

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly alert: string; readonly expr: string }[] }[];
}
interface PrometheusConfig {
  readonly scrape_configs: readonly { readonly static_configs: readonly { readonly targets: readonly string[] }[] }[];
}

const dashboard: Dashboard = JSON.parse(read("grafana/radist.json"));
const rules: Rules = parse(read("prometheus/alerts.yml"));

/** Each query of dashboard and rules, with what it is for. */
const QUERIES: readonly (readonly [string, string])[] = [
  ...dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const)),
];

/** What Prometheus adds by itself. */
const OF_PROMETHEUS = ["up"];
const ITS_LABELS = ["job", "instance", "le"];

describe("Every metric of dashboard and rules", () => {
  /** Metric → its labels, as far as it has had any. */
  const exposed = new Map<string, Set<string>>();

  beforeAll(async () => {
    for (const text of await readMetrics()) {
      for (const [, name = "", type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
        const series = type === "histogram" ? ["_bucket", "_sum", "_count"].map((suffix) => name + suffix) : [name];
        for (const each of series) exposed.set(each, exposed.get(each) ?? new Set());
      }
      for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
        for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) exposed.get(name)?.add(label);
      }
    }
  });

  test.each(QUERIES)("is on some service's /metrics (%s: %s)", (_what, query) => {
    const metrics = [...query.matchAll(/\b(?:radist|nodejs|process)_\w+|\bup\b/g)].map(([name]) => name);
    expect(metrics.length).toBeGreaterThan(0);
    const asked = metrics.filter((name) => !OF_PROMETHEUS.includes(name));
    expect(asked.filter((name) => !exposed.has(name))).toEqual([]);
    const known = asked.map((name) => exposed.get(name) ?? new Set<string>()).filter(({ size }) => size > 0);
    for (const label of labelsIn(query)) {
      // One that has not been counted yet shows no labels.
      if (known.length === asked.length)
        expect([label, known.some((labels) => labels.has(label))]).toEqual([label, true]);
    }
  });
});

/** The labels that a query names, apart from Prometheus's own. */
function labelsIn(query: string): string[] {
  const grouped = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(","));
  const matched = [...query.matchAll(/\{([^}]*)\}/g)].flatMap(([, list = ""]) =>
    [...list.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = ""]) => label),
  );
  return [...new Set([...grouped, ...matched].map((label) => label.trim()))].filter(
    (label) => !ITS_LABELS.includes(label),
  );
}

/** Of each kind of service, started by itself. */
async function readMetrics(): Promise<readonly string[]> {
  await using stack = new AsyncDisposableStack();
  const database = stack.use(await freshDatabase());
  const workerBin = process.env.MEDIASOUP_WORKER_BIN;
  const common = {
    NATS_URL: sharedNatsUrl(),
    DATABASE_URL: database.url,
    RADIST_ADMIN_TOKEN: "the-token-of-this-test",
  };
  const start = async (service: string, env: Record<string, string>) =>
    stack.use(await startService({ main: main(service), env: { ...env, HOST: "127.0.0.1" }, readyPath: "/healthz" }));
  // The schema is the API's work.
  const api = stack.use(await startService({ main: main("api"), env: common }));
  const others = await Promise.all([
    start("signaling", common),
    start("sfu", {
      ...common,
      MEDIA_WORKERS: "1",
      MEDIA_PORT: "0",
      ...(workerBin !== undefined && { MEDIASOUP_WORKER_BIN: workerBin }),
    }),
    start("web", { API_BASE_URL: `${api.url}/api/v1`, RADIST_ADMIN_TOKEN: common.RADIST_ADMIN_TOKEN }),
  ]);
  return await Promise.all([api, ...others].map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
}

test("Prometheus reads every service of the compose stack that has an ADMIN_PORT.", () => {
  const config: PrometheusConfig = parse(read("prometheus/prometheus.yml"));
  const targets = config.scrape_configs.flatMap((job) => job.static_configs.flatMap((each) => each.targets));
  const expected = Object.entries(services).flatMap(([name, { environment }]) =>
    environment?.ADMIN_PORT === undefined ? [] : [`${name}:${environment.ADMIN_PORT}`],
  );
  expect(expected.length).toBeGreaterThan(0);
  expect(new Set(targets)).toEqual(new Set(expected));
});

const WHY_NOT = (await hasProgram("promtool", "prometheus")) ? undefined : "needs promtool (Debian: prometheus)";

describe.skipIf(WHY_NOT)("promtool", () => {
  const cwd = fileURLToPath(new URL("prometheus", import.meta.url));

  test.each([
    ["finds the rules valid", ["check", "rules", "alerts.yml"]],
    ["finds the configuration valid", ["check", "config", "prometheus.yml"]],
    ["sees each alert fire when it should, and none without a reason", ["test", "rules", "alerts.test.yml"]],
  ])("%s", async (_what, args) => {
    const { stdout } = await execute("promtool", args, { cwd });
    expect(stdout).toContain("SUCCESS");
  });

  test("can parse every query of the dashboard", async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), "radist-queries-"));
    const file = join(folder.path, "queries.json");
    const queries = dashboard.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const group = queries.map((expr, index) => ({
      record: `query_${index}`,
      expr: expr.replaceAll("$__rate_interval", "1m"),
    }));
    await writeFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules: group }] }));
    const { stdout } = await execute("promtool", ["check", "rules", file]);
    expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
  });
});
