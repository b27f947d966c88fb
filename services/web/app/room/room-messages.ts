import { computed, signal } from "@preact/signals";
import type { RadistRoomConnection, RoomMessage } from "@radist-tech/client";
import { MessageLog } from "../messages/message-log.ts";
import type { People } from "./participants.ts";

/** To whom the user writes. */
export interface Recipient {
  readonly peerId: string;
  readonly name: string;
}

/** What is written in a room, to everybody or to one person alone. */
export class RoomMessages extends MessageLog {
  /** Null: everybody. Stays who it was when they leave: what was meant for one is never sent to all. */
  readonly recipient = signal<Recipient | null>(null);
  /** How often the user chose somebody to write to, by other means than the list of recipients. */
  readonly asked = signal(0);
  /** Whether the recipient has left. */
  readonly isRecipientGone = computed(() => {
    const recipient = this.recipient.value;
    return recipient !== null && !this.#people.all.value.some(({ peerId }) => peerId === recipient.peerId);
  });
  readonly #connection: RadistRoomConnection;
  readonly #people: People;

  constructor(connection: RadistRoomConnection, people: People) {
    super();
    this.#connection = connection;
    this.#people = people;
  }

  /** @returns stops listening */
  follow(): () => void {
    return this.#connection.on("message", (message) => this.#receive(message));
  }

  writeTo(recipient: Recipient): void {
    this.recipient.value = { peerId: recipient.peerId, name: recipient.name };
    this.asked.value++;
    this.setPanelOpen(true);
  }

  async write(text: string): Promise<void> {
    const to = this.recipient.peek();
    if (!to) return this.say(text, (written) => this.#connection.send(written));
    await this.say(text, (written) => this.#connection.send(written, { to: to.peerId }), `You, only to ${to.name}`);
  }

  #receive(message: RoomMessage): void {
    // Bytes are of another program that shares the room.
    if (message.type === "binary") return;
    const name = this.#people.find(message.fromPeerId)?.name ?? "Guest";
    this.hear(message.text, message.isPrivate ? `${name}, only to you` : name);
  }
}
