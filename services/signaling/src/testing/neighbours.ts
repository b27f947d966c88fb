import { expect } from "vitest";
import type { Cluster } from "./cluster.ts";
import { type Person, twoPeople } from "./people.ts";

/** Settings under which the ball may fly as fast as it can, and a busy machine does not count as one that was frozen. */
export const UNHURRIED = {
  MESSAGES_PER_SECOND: "1000000",
  MESSAGE_BURST: "1000000",
  LEASE_MS: "30000",
  LEASE_RENEW_MS: "5000",
} as const;

/**
 * Two people in a call of their own who toss a ball to and fro without end, each throw numbered: whatever others do to
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
    // Whoever asks next hears of it; until then it is nobody's unhandled rejection.
    this.#playing.catch(() => {});
  }

  static async meet(cluster: Cluster, nodes: [number, number]): Promise<Neighbours> {
    const { alice, bob } = await twoPeople(cluster, nodes);
    return new Neighbours(alice, bob, String(cluster.nodes[nodes[0]]?.url));
  }

  /** Resolves when a whole exchange has begun and ended since the asking. */
  async goOn(): Promise<void> {
    const enough = this.#throws + 3;
    while (this.#throws < enough) {
      const [alice] = this.#people;
      await Promise.race([this.#playing, new Promise((resolve) => alice.socket.webSocket.once("message", resolve))]);
    }
  }

  /** Ends the game and looks at everything that both have heard. */
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

  /** What tells where a throw went: the thrower's last messages, and what the node has counted. */
  async #circumstances(from: Person): Promise<string> {
    const metrics = await (await fetch(`${this.#nodeUrl}/metrics`)).text();
    const counted = metrics.split("\n").filter((line) => /^radist_signaling_(signals|errors|peers|fenced)/.test(line));
    return ["The thrower heard at last:", ...from.socket.texts.slice(-3), "The node counted:", ...counted].join("\n");
  }
}
