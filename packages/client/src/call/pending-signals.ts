import type { P2PClientMessage } from "@radist-tech/protocol";

const MAX_MESSAGES = 256;

/** Signals that could not be sent while the socket was lost, in order. */
export class PendingSignals {
  #messages: P2PClientMessage[] = [];

  /**
   * Keeps a message. False when there are too many: then none is kept, since a negotiation with gaps is worth less than a
   * new one.
   */
  add(message: P2PClientMessage): boolean {
    if (this.#messages.length >= MAX_MESSAGES) {
      this.#messages = [];
      return false;
    }
    this.#messages.push(message);
    return true;
  }

  /** Removes all messages, and returns those for peers that are still present. */
  take(present: ReadonlySet<string>): P2PClientMessage[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages.filter((message) => message.type !== "signal" || present.has(message.targetPeerId));
  }
}
