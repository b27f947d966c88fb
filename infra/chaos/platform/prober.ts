import { pause } from "@radist-tech/protocol/timing";
import type { Probe } from "../history/health.ts";
import type { Node } from "./nodes.ts";

const EVERY_MS = 500;
/** A busy machine may take its time to answer; a process that waits for a dependency takes longer than this. */
const PATIENCE_MS = 20_000;

/** Asks each node for its health over and over, as an orchestrator and a load balancer do. */
export class Prober implements AsyncDisposable {
  /** What was found since {@link Prober.begin}. */
  probes: Probe[] = [];
  readonly #ready = new Map<Node, boolean>();
  readonly #over = new AbortController();
  readonly #loops: readonly Promise<void>[];

  constructor(nodes: readonly Node[]) {
    this.#loops = nodes.map((node) => this.#watch(node));
  }

  begin(): void {
    this.probes = [];
  }

  /** Whether it answered the last time that it can serve. */
  isReady(node: Node): boolean {
    return !node.isDown && this.#ready.get(node) === true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#loops);
  }

  async #watch(node: Node): Promise<void> {
    while (!this.#over.signal.aborted) {
      const wasDown = node.isDown;
      const [healthz, readyz] = wasDown
        ? [undefined, undefined]
        : await Promise.all([ask(node, "/healthz"), ask(node, "/readyz")]);
      this.#ready.set(node, readyz === 200);
      this.probes.push({ service: node.name, isDown: wasDown || node.isDown, healthz, readyz });
      await pause(EVERY_MS, this.#over.signal);
    }
  }
}

/** The status; undefined without an answer. */
async function ask(node: Node, path: string): Promise<number | undefined> {
  try {
    return (await fetch(node.url + path, { signal: AbortSignal.timeout(PATIENCE_MS) })).status;
  } catch {
    return undefined;
  }
}
