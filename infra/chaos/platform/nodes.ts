import process from "node:process";
import { fileURLToPath } from "node:url";
import { type FakeClock, type IsolatedNetwork, type OwnService, startService } from "@radist-tech/testkit";

export const PLANES = ["api", "signaling", "sfu"] as const;
export type Plane = (typeof PLANES)[number];

export const ADMIN_TOKEN = "admin-token-of-the-chaos-run";

const MEDIA = {
  MEDIA_PORT: "0",
  MEDIA_WORKERS: "1",
  ...(process.env.MEDIASOUP_WORKER_BIN && { MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN }),
};

export interface NodeOptions {
  readonly plane: Plane;
  /** Such as `signaling-1`. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where it is, if it is not on this machine's own network. */
  readonly network?: IsolatedNetwork | undefined;
  readonly clock?: FakeClock | undefined;
}

/** A service in a process of its own, which another process takes the place of when it has died. */
export class Node {
  readonly plane: Plane;
  readonly name: string;
  readonly network: IsolatedNetwork | undefined;
  readonly clock: FakeClock | undefined;
  readonly #env: Readonly<Record<string, string>>;
  #service: OwnService | undefined;
  #isDown = true;

  constructor({ plane, name, env, network, clock }: NodeOptions) {
    this.plane = plane;
    this.name = name;
    this.network = network;
    this.clock = clock;
    this.#env = {
      ...env,
      ...clock?.env,
      ...(plane === "api" && { RADIST_ADMIN_TOKEN: ADMIN_TOKEN }),
      ...(plane === "sfu" && MEDIA),
    };
  }

  /** Whether a fault has killed, stopped or frozen its process. */
  get isDown(): boolean {
    return this.#isDown;
  }

  get url(): string {
    return this.#running.url;
  }

  get port(): number {
    return this.#running.port;
  }

  get output(): string {
    return this.#running.process.output;
  }

  /** The last lines that it has logged. */
  get lastWords(): string {
    return this.output.trimEnd().split("\n").slice(-3).join(" ");
  }

  /** Starts a process, and resolves when it serves. */
  async start(): Promise<void> {
    const main = fileURLToPath(new URL(`../../../services/${this.plane}/src/main.ts`, import.meta.url));
    const elsewhere = this.network && {
      node: await this.network.wrap(process.execPath),
      address: this.network.address,
    };
    this.#service = await startService({ main, env: this.#env, ...elsewhere });
    this.#isDown = false;
  }

  /** Ends its process as a power cut does. */
  async kill(): Promise<void> {
    this.#isDown = true;
    this.#running.process.signal("SIGKILL");
    await this.#running.process.exited;
  }

  /** Ends it as an orchestrator does. Resolves with the exit code. */
  async terminate(): Promise<number | null> {
    this.#isDown = true;
    this.#running.process.signal("SIGTERM");
    return this.#running.process.exited;
  }

  freeze(): void {
    this.#isDown = true;
    this.#running.process.signal("SIGSTOP");
  }

  resume(): void {
    this.#running.process.signal("SIGCONT");
    this.#isDown = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDown = true;
    await this.#service?.[Symbol.asyncDispose]();
  }

  get #running(): OwnService {
    if (!this.#service) throw new Error(`${this.name} was never started.`);
    return this.#service;
  }
}
