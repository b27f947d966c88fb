import { expect } from "vitest";
import type { Cluster } from "./cluster.ts";
import { type Person, twoPeople } from "./people.ts";

/** Settings that do not limit the rate of signals, and do not take a busy machine for a frozen one. */
export const UNHURRIED = {
  MESSAGES_PER_SECOND: "1000000",
  MESSAGE_BURST: "1000000",
  LEASE_MS: "30000",
  LEASE_RENEW_MS: "5000",
} as const;

/**
 * Two people in a call of their own who send numbered signals back and forth all the time: whatever other clients do to
 * their node must not lose, repeat or reorder one.
 */
export class Neighbours {
  readonly #people: readonly [Person, Person];
  readonly #nodeUrl: string;
  #throws = 0;
  #isOver = false;
  readonly #playing: Promise<void>;

  private constructor(alice: Person, bob: Person, nodeUrl: string) {
    this.#people = [alice, bob];
    this.#nodeUrl = nodeUrl;
    this.#playing = this.#play();
    // The next caller of `goOn` or `stop` gets the failure; until then it is not an unhandled rejection.
    this.#playing.catch(() => {});
  }

  static async meet(cluster: Cluster, nodes: [number, number]): Promise<Neighbours> {
    const { alice, bob } = await twoPeople(cluster, nodes);
    return new Neighbours(alice, bob, String(cluster.nodes[nodes[0]]?.url));
  }

  /** Resolves when a whole exchange has begun and ended since the call. */
  async goOn(): Promise<void> {
    const enough = this.#throws + 3;
    while (this.#throws < enough) {
      const [alice] = this.#people;
      await Promise.race([this.#playing, new Promise((resolve) => alice.socket.webSocket.once("message", resolve))]);
    }
  }

  /** Ends the exchange and checks everything that both have received. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#playing;
    const [alice, bob] = this.#people;
    const heard = (person: Person) =>
      person.socket.messages.filter(({ type }) => type === "signal").map(({ payload }) => payload);
    const numbers = Array.from({ length: this.#throws }, (_, number) => number);
    expect(heard(bob)).toEqual(numbers);
    expect(heard(alice)).toEqual(numbers);
    expect(alice.socket.messages.filter(({ type }) => type !== "signal").map(({ type }) => type)).toEqual([
      "call_joined",
      "peer_joined",
    ]);
    expect(bob.socket.messages.filter(({ type }) => type !== "signal").map(({ type }) => type)).toEqual([
      "call_joined",
    ]);
    await Promise.all([alice.socket.close(), bob.socket.close()]);
  }

  async #play(): Promise<void> {
    const [alice, bob] = this.#people;
    while (!this.#isOver) {
      await this.#throw(alice, bob);
      await this.#throw(bob, alice);
      this.#throws++;
    }
  }

  async #throw(from: Person, to: Person): Promise<void> {
    from.signals(to, this.#throws);
    try {
      expect(await to.hears("signal")).toMatchObject({ payload: this.#throws });
    } catch (error) {
      throw new Error(`Throw ${this.#throws} was lost. ${await this.#circumstances(from)}`, { cause: error });
    }
  }

  /** What helps to find a lost signal: the sender's last messages, and the node's counters. */
  async #circumstances(from: Person): Promise<string> {
    const metrics = await (await fetch(`${this.#nodeUrl}/metrics`)).text();
    const counted = metrics.split("\n").filter((line) => /^radist_signaling_(signals|errors|peers|fenced)/.test(line));
    return ["The sender received last:", ...from.socket.texts.slice(-3), "The node counted:", ...counted].join("\n");
  }
}
