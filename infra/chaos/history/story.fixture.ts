import { type Happening, History, type Mark } from "./history.ts";

const CALL = { project: "p", call: "c" };

/** A call of alice and bob, written as a story. */
export class Story {
  readonly history = new History();

  constructor() {
    this.history.join({ name: "alice", partner: "bob", ...CALL });
    this.history.join({ name: "bob", partner: "alice", ...CALL });
    this.of("alice", { type: "admitted", peerId: "peer_a", token: "ct_a" });
    this.of("bob", { type: "admitted", peerId: "peer_b", token: "ct_b" });
    this.of("alice", { type: "renegotiates", because: "joined" });
    this.of("bob", { type: "renegotiates", because: "joined" });
  }

  of(name: string, happening: Happening): this {
    this.history.add(name, happening);
    return this;
  }

  /** Alice sends these. */
  sends(...numbers: number[]): this {
    for (const number of numbers) this.of("alice", { type: "sent", number });
    return this;
  }

  /** Bob gets these from alice. */
  arrive(...numbers: number[]): this {
    for (const number of numbers) this.arrives({ number });
    return this;
  }

  arrives(mark: Partial<Mark>): this {
    return this.of("bob", { type: "received", mark: { ...CALL, from: "alice", number: 0, ...mark } });
  }

  refused(number: number): this {
    return this.of("alice", { type: "refused", number, code: "peer_not_connected" });
  }

  /** Bob is back on another socket, and both hear of it. */
  bobReconnects(): this {
    return this.bobIsBack().aliceHears();
  }

  bobIsBack(): this {
    return this.of("bob", { type: "admitted", peerId: "peer_b" }).of("bob", {
      type: "renegotiates",
      because: "call_reconnected",
    });
  }

  aliceHears(): this {
    return this.of("alice", { type: "renegotiates", because: "reconnected" });
  }
}
