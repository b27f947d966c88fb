import { expect, test } from "vitest";
import { JsepPeer } from "./jsep.fixture.ts";
import { type IncomingSignal, readSignal } from "./negotiation.ts";
import { Negotiator } from "./negotiator.ts";
import { type Link, type LinkRole, Peering } from "./peering.ts";

type Wire = { name: string; payload: object };

/** One page of one side: everything that a reload discards. */
class Page {
  readonly peering: Peering<ModelLink>;
  readonly failures: unknown[] = [];

  constructor(send: (wire: Wire) => void) {
    this.peering = new Peering((role, renew) => new ModelLink(role, renew, send, this.failures));
  }
}

class ModelLink implements Link {
  readonly peer = new JsepPeer();
  readonly negotiator: Negotiator;

  constructor(
    role: LinkRole,
    renew: (signals: IncomingSignal[]) => void,
    send: (wire: Wire) => void,
    failures: unknown[],
  ) {
    this.negotiator = new Negotiator({
      peer: this.peer,
      isPolite: role.isPolite,
      session: this.peer.name,
      send: (name, payload) => {
        send({ name, payload: JSON.parse(JSON.stringify(payload)) });
        send({
          name: "ice-candidate",
          payload: { candidate: "c", ...("session" in payload && { session: payload.session }) },
        });
      },
      renew,
      failed: (error) => failures.push(error),
    });
    this.peer.negotiationNeeded = () => this.negotiator.offer();
    if (role.isInitiator) this.start();
  }

  get isBound(): boolean {
    return this.negotiator.isBound;
  }

  start(): void {
    if (this.negotiator.start()) this.peer.change();
  }

  receive(signal: IncomingSignal): void {
    this.negotiator.receive(signal);
  }

  repeat(): void {
    this.negotiator.repeat();
  }

  close(): void {
    this.negotiator.close();
    this.peer.close();
  }
}

/** Two sides and the platform between them, which keeps the order and loses what was on a dead socket. */
class World {
  readonly ids = ["peer_a", "peer_b"] as const;
  readonly queues: [Wire[], Wire[]] = [[], []];
  readonly pages: [Page, Page];
  readonly failures: unknown[] = [];

  constructor() {
    this.pages = [this.#open(0), this.#open(1)];
    for (const side of [0, 1] as const) this.#joined(side, false);
  }

  #open(side: 0 | 1): Page {
    const page: Page = new Page((wire) => {
      if (this.pages[side] === page) this.queues[side].push(wire);
    });
    return page;
  }

  #joined(side: 0 | 1, resumed: boolean): void {
    const event = { type: "joined", peerId: this.ids[1 - side] as never, connected: true } as const;
    this.pages[side].peering.apply(event, this.ids[side], resumed);
  }

  /** The platform delivers the oldest signal of `side` to the other side. */
  deliver(side: 0 | 1): boolean {
    const wire = this.queues[side].shift();
    if (!wire) return false;
    const signal = readSignal(wire.name, wire.payload);
    if (signal) this.pages[(1 - side) as 0 | 1].peering.receive(this.ids[side], signal);
    return true;
  }

  change(side: 0 | 1): void {
    const link = this.pages[side].peering.link;
    if (link?.negotiator.hasStarted) link.peer.change();
  }

  /** The socket of `side` dies with the last `lost` signals in each direction, and is replaced. */
  reconnect(side: 0 | 1, lost: number): void {
    for (const queue of this.queues) queue.splice(queue.length - Math.min(lost, queue.length));
    this.#announceReturn(side);
    this.pages[side].peering.reconnected();
  }

  /** The page of `side` is replaced by one that returns as the same peer. What had reached the old page is lost. */
  reload(side: 0 | 1, lost: number): void {
    this.queues[1 - side]?.splice(0, lost);
    this.#close(side);
    this.pages[side] = this.#open(side);
    this.#announceReturn(side);
    this.#joined(side, true);
  }

  #close(side: 0 | 1): void {
    this.failures.push(...this.pages[side].failures);
    this.pages[side].peering.close();
  }

  #announceReturn(side: 0 | 1): void {
    const other = this.pages[(1 - side) as 0 | 1].peering;
    other.apply({ type: "reconnected", peerId: this.ids[side] as never }, this.ids[(1 - side) as 0 | 1], false);
  }

  /** Whether each side has applied what the other side has. */
  get agreed(): boolean {
    const [a, b] = this.pages.map(({ peering }) => peering.link?.peer);
    return (
      a?.signalingState === "stable" &&
      b?.signalingState === "stable" &&
      a.currentLocalDescription?.sdp === b.currentRemoteDescription?.sdp &&
      b.currentLocalDescription?.sdp === a.currentRemoteDescription?.sdp
    );
  }

  /** Resolves when no signal is on its way. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 14; quiet++) {
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
      while (this.deliver(0) || this.deliver(1)) quiet = 0;
      // By now the polite side no longer leaves the first offer to the other one.
      if (quiet === 4) for (const { peering } of this.pages) if (!peering.link?.isBound) peering.link?.start();
      // Without a path between them, both sides restart ICE.
      if (quiet === 8 && !this.agreed) for (const side of [0, 1] as const) this.change(side);
    }
    for (const page of this.pages) this.failures.push(...page.failures);
  }
}

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

async function walk(seed: number): Promise<World> {
  const random = seeded(seed);
  const world = new World();
  for (let step = 0; step < 60; step++) {
    const side = random() < 0.5 ? 0 : 1;
    const dice = random();
    if (dice < 0.7) world.deliver(side);
    else if (dice < 0.85) world.change(side);
    else if (dice < 0.93) world.reconnect(side, Math.floor(random() * 4));
    else world.reload(side, Math.floor(random() * 4));
    if (random() < 0.6) await new Promise((resolve) => setImmediate(resolve));
  }
  await world.settle();
  return world;
}

test("whatever collides, reloads or is lost, both sides end up in one session that they agree on", async () => {
  const walks = Array.from({ length: 400 }, (_, seed) => seed);
  const wrong: string[] = [];
  await Promise.all(
    walks.map(async (seed) => {
      const world = await walk(seed);
      if (!world.agreed || world.failures.length > 0) wrong.push(`seed ${seed}: ${world.failures.join(", ")}`);
    }),
  );
  expect(wrong).toEqual([]);
});

test("an undisturbed start takes one offer and one answer", async () => {
  const world = new World();
  const sent: string[] = [];
  for (let i = 0; i < 40; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    for (const side of [0, 1] as const) {
      const [next] = world.queues[side];
      if (next && next.name !== "ice-candidate") sent.push(`${world.ids[side]} ${next.name}`);
      world.deliver(side);
    }
  }
  expect(sent).toEqual(["peer_b offer", "peer_a answer"]);
});
