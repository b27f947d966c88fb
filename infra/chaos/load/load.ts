import { pause } from "@radist-tech/protocol/timing";
import { History } from "../history/history.ts";
import type { Platform } from "../platform/platform.ts";
import type { Random } from "../run/random.ts";
import { Caller } from "./caller.ts";

export interface LoadOptions {
  readonly pairs: number;
  readonly random: Random;
  /** How long a caller pauses between two signals, milliseconds. */
  readonly pauses?: readonly [number, number];
}

export interface Pair {
  readonly call: string;
  readonly callers: readonly [Caller, Caller];
  readonly tokens: readonly string[];
  readonly publicKey: string;
}

const PAUSES = [100, 400] as const;
/** One signal in so many is a burst, as when candidates are gathered. */
const BURST_IN = 20;
const BURST = 15;

/** How many calls are made at the same time. */
const AT_ONCE = 50;

let runs = 0;

/** Calls of two projects, whose clients signal without a pause until they are told to stop. */
export class Load implements AsyncDisposable {
  readonly history = new History();
  readonly pairs: Pair[] = [];
  readonly #platform: Platform;
  readonly #random: Random;
  readonly #pauses: readonly [number, number];
  readonly #run = ++runs;
  #count = 0;
  #talking: { readonly over: AbortController; readonly loops: readonly Promise<void>[] } | undefined;

  private constructor(platform: Platform, { random, pauses = PAUSES }: LoadOptions) {
    this.#platform = platform;
    this.#random = random;
    this.#pauses = pauses;
  }

  /** Resolves when everybody is in. */
  static async start(platform: Platform, options: LoadOptions): Promise<Load> {
    const load = new Load(platform, options);
    for (let left = options.pairs; left > 0; left -= AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(left, AT_ONCE) }, () => load.addPair()));
    }
    return load;
  }

  get callers(): readonly Caller[] {
    return this.pairs.flatMap(({ callers }) => callers);
  }

  /**
   * A call that two clients join, each by the node whose turn it is.
   *
   * @throws what kept one of them out
   */
  async addPair(): Promise<Pair> {
    const number = ++this.#count;
    const project = this.#platform.projects[number % this.#platform.projects.length];
    if (!project) throw new Error("There is no project.");
    const { callId: call, callTokens: tokens } = await this.#platform.backend(project).createP2PConnection();
    const names = [`alice-${this.#run}.${number}`, `bob-${this.#run}.${number}`] as const;
    const caller = (index: 0 | 1): Caller =>
      new Caller({
        party: { name: names[index], partner: names[1 - index] ?? "", project: project.projectId, call },
        history: this.history,
        publicKey: project.publicKey,
        callToken: String(tokens[index]),
        origin: () => this.#platform.pick("signaling"),
      });
    const pair: Pair = { call, callers: [caller(0), caller(1)], tokens, publicKey: project.publicKey };
    this.pairs.push(pair);
    try {
      await Promise.all(pair.callers.map((each) => each.connect()));
    } catch (error) {
      // Nobody waits for it: its seats are free when the windows are over.
      this.pairs.splice(this.pairs.indexOf(pair), 1);
      for (const each of pair.callers) each.expectEnd();
      await Promise.all(pair.callers.map((each) => each.leave()));
      throw error;
    }
    return pair;
  }

  /** From now on everybody signals. */
  talk(): void {
    const over = new AbortController();
    this.#talking = { over, loops: this.callers.map((caller) => this.#talk(caller, over.signal)) };
  }

  async fallSilent(): Promise<void> {
    this.#talking?.over.abort();
    await Promise.all(this.#talking?.loops ?? []);
    this.#talking = undefined;
  }

  async leave(): Promise<void> {
    for (const caller of this.callers) caller.expectEnd();
    await Promise.all(this.callers.map((caller) => caller.leave()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.fallSilent();
    await this.leave();
  }

  async #talk(caller: Caller, over: AbortSignal): Promise<void> {
    while (await pause(this.#random.between(...this.#pauses), over)) {
      const count = this.#random.below(BURST_IN) === 0 ? BURST : 1;
      for (let index = 0; index < count; index++) caller.signal();
    }
  }
}
