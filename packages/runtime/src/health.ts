import type { HttpBindings } from "@hono/node-server";
import type { ErrorBody } from "@radist-tech/protocol";
import { Hono } from "hono";
import { Gauge, type Registry } from "prom-client";
import { isFromThisMachine } from "./client-address.ts";
import type { Plane } from "./plane.ts";
import { VERSION } from "./version.ts";

const CHECK_TIMEOUT_MS = 2_000;

const ELSEWHERE = "This path is served on ADMIN_PORT.";
const THIS_MACHINE_ONLY = "/metrics answers requests of this machine only. Set ADMIN_PORT to read it from others.";

interface HealthOptions {
  readonly planes: readonly Plane[];
  readonly registry: Registry;
  readonly isDraining: () => boolean;
  /** `shared`: the one port of the process; `public` and `admin`: the two of a process that has ADMIN_PORT. */
  readonly door: "shared" | "public" | "admin";
}

/** `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (Prometheus text format). */
export function health({ planes, registry, isDraining, door }: HealthOptions): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ status: "ok", version: VERSION }));
  if (door === "public") {
    const body: ErrorBody = { error: ELSEWHERE, code: "not_found" };
    for (const path of ["/readyz", "/metrics"]) app.all(path, (context) => context.json(body, 404));
    return app;
  }
  measureChecks(planes, registry);
  app.get("/readyz", async (context) => {
    const [checks, optional] = await Promise.all([
      evaluate(planes, (plane) => plane.checks),
      evaluate(planes, (plane) => plane.optionalChecks ?? {}),
    ]);
    const ready = !isDraining() && holdAll(checks);
    const whole = holdAll(optional) ? "ready" : "degraded";
    return context.json(
      {
        status: isDraining() ? "draining" : ready ? whole : "not ready",
        checks: Object.fromEntries([...checks, ...optional]),
      },
      ready ? 200 : 503,
    );
  });
  app.get("/metrics", async (context) => {
    // Absent where a request does not come by a socket.
    const { incoming } = context.env as Partial<HttpBindings>;
    if (door === "shared" && !(incoming && isFromThisMachine(incoming))) {
      const body: ErrorBody = { error: THIS_MACHINE_ONLY };
      return context.json(body, 403);
    }
    return context.text(await registry.metrics(), 200, { "content-type": registry.contentType });
  });
  return app;
}

/** What `/readyz` says, for alerts that name the dependency. */
function measureChecks(planes: readonly Plane[], registry: Registry): void {
  new Gauge({
    name: "radist_check_passed",
    help: "Whether a condition under which a plane can serve holds: 1 or 0",
    labelNames: ["check"] as const,
    registers: [registry],
    async collect() {
      const results = await evaluate(planes, (plane) => ({ ...plane.checks, ...plane.optionalChecks }));
      for (const [check, passed] of results) this.set({ check }, passed ? 1 : 0);
    },
  });
}

type Checks = Plane["checks"];
type Results = readonly (readonly [name: string, passed: boolean])[];

function evaluate(planes: readonly Plane[], checksOf: (plane: Plane) => Checks): Promise<Results> {
  return Promise.all(
    planes.flatMap((plane) =>
      Object.entries(checksOf(plane)).map(
        async ([name, check]) => [`${plane.name}.${name}`, await holds(check)] as const,
      ),
    ),
  );
}

const holdAll = (results: Results): boolean => results.every(([, passed]) => passed);

/** A check that throws, or does not finish in time, fails. */
async function holds(check: () => boolean | Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, CHECK_TIMEOUT_MS, false);
  });
  try {
    return await Promise.race([Promise.resolve(check()), timeout]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
