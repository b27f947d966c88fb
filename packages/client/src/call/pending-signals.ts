import type { P2PClientMessage } from "@radist-tech/protocol";

const LIMIT = 256;

/** What could not be sent while the socket was away, in order. */
export class PendingSignals {
  #messages: P2PClientMessage[] = [];

  /**
   * Keeps a message. False when it is one too many: then nothing is kept at all, since a negotiation with a hole in it
   * is worth less than a fresh one.
   */
  add(message: P2PClientMessage): boolean {
    if (this.#messages.length >= LIMIT) {
      this.#messages = [];
      return false;
    }
    this.#messages.push(message);
    return true;
  }

  /** Hands out what is meant for peers that are still there, and forgets the rest. */
  take(present: ReadonlySet<string>): P2PClientMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages.filter((message) => message.type !== "signal" || present.has(message.targetPeerId));
  }
}
