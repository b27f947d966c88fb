import { Hono } from "hono";
import type { Registry } from "prom-client";
import type { Plane } from "./plane.ts";

const CHECK_TIMEOUT_MS = 2_000;

/** `/healthz` (the process lives), `/readyz` (it can serve), `/metrics` (Prometheus text format). */
export function health(options: { planes: readonly Plane[]; registry: Registry; isDraining: () => boolean }): Hono {
  const app = new Hono();
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.get("/readyz", async (context) => {
    const checks = await Promise.all(
      options.planes.flatMap((plane) =>
        Object.entries(plane.checks).map(
          async ([name, check]) => [`${plane.name}.${name}`, await holds(check)] as const,
        ),
      ),
    );
    const draining = options.isDraining();
    const ready = !draining && checks.every(([, passed]) => passed);
    return context.json(
      { status: ready ? "ready" : draining ? "draining" : "not ready", checks: Object.fromEntries(checks) },
      ready ? 200 : 503,
    );
  });
  app.get("/metrics", async (context) =>
    context.text(await options.registry.metrics(), 200, { "content-type": options.registry.contentType }),
  );
  return app;
}

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
