import type { PeerId } from "@radist-tech/protocol";
import { type Call, holdsSeat } from "../call.ts";
import type { CallFact } from "../facts.ts";

/** A call as its facts tell it: `created`, `open`, or why it ended, and who holds the seats. */
export interface FactPicture {
  readonly state: string;
  readonly seated: Readonly<Record<string, string>>;
}

/** Builds a call from nothing but its facts, and rejects a fact that cannot follow the ones before it. */
export class FactReplay {
  #state: string | undefined;
  readonly #seated = new Map<PeerId, string>();
  readonly #joined = new Set<PeerId>();

  static pictureOf(call: Call): FactPicture {
    const seated = call.peers.filter(holdsSeat).map(({ peerId, status }) => [peerId, status]);
    return { state: call.state === "open" ? "open" : call.reason, seated: Object.fromEntries(seated) };
  }

  get picture(): FactPicture {
    return { state: this.#state ?? "unknown", seated: Object.fromEntries(this.#seated) };
  }

  apply(facts: readonly CallFact[]): void {
    for (const fact of facts) this.#apply(fact);
  }

  #apply(fact: CallFact): void {
    if ((fact.type === "call.created") !== (this.#state === undefined)) throw new Error(`${fact.type} out of place.`);
    if (this.#state !== undefined && this.#state !== "open") throw new Error(`${fact.type} after the end.`);
    switch (fact.type) {
      case "call.created":
        this.#state = "open";
        return;
      case "call.ended":
        if (this.#seated.size > 0) throw new Error("A call ended with participants.");
        this.#state = fact.data.reason;
        return;
      case "call.participant_joined":
        if (this.#joined.has(fact.data.peerId)) throw new Error("A participant joined twice.");
        this.#joined.add(fact.data.peerId);
        this.#seated.set(fact.data.peerId, "connected");
        return;
      case "call.participant_reconnected":
        this.#expectSeated(fact);
        this.#seated.set(fact.data.peerId, "connected");
        return;
      case "call.participant_disconnected":
        this.#expectSeated(fact);
        this.#seated.set(fact.data.peerId, "disconnected");
        return;
      case "call.participant_left":
        this.#expectSeated(fact);
        this.#seated.delete(fact.data.peerId);
        return;
    }
  }

  #expectSeated({ type, data }: Extract<CallFact, { data: { peerId: PeerId } }>): void {
    if (!this.#seated.has(data.peerId)) throw new Error(`${type} of one who is not there.`);
  }
}
