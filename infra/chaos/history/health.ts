import type { Violation } from "./history.ts";

/** What a probe of one service found. */
export interface Probe {
  readonly service: string;
  /** Whether the fault has killed or frozen the process: then it need not answer. */
  readonly isDown: boolean;
  /** Undefined: no answer. */
  readonly healthz: number | undefined;
  readonly readyz: number | undefined;
}

/**
 * Liveness that failed in a process which ran, and readiness that did not fail where the fault takes away what a service
 * needs.
 *
 * @param unready the planes whose services cannot serve during the fault
 */
export function checkHealth(probes: readonly Probe[], unready: readonly string[]): Violation[] {
  const dead = probes.filter(({ isDown, healthz }) => !isDown && healthz !== 200);
  const died = Map.groupBy(dead, ({ service }) => service);
  const liveness = [...died].map(([service, failed]) => ({
    invariant: "liveness" as const,
    what: `${service} answered /healthz with ${failed[0]?.healthz ?? "nothing"}, ${failed.length} times`,
  }));
  const readiness = unready.flatMap((plane) => {
    const refused = probes.some(({ service, readyz }) => service.startsWith(plane) && readyz === 503);
    return refused
      ? []
      : [{ invariant: "readiness" as const, what: `no ${plane} node ever said that it is not ready` }];
  });
  return [...liveness, ...readiness];
}
