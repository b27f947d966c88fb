import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { RadistRoomConnection, RoomMessage } from "@radist-tech/client";
import { MessageLog } from "../messages/message-log.ts";

/** The one person that the user writes to. */
export interface Recipient {
  readonly peerId: string;
  readonly name: string;
}

export type MessageRoom = Pick<RadistRoomConnection, "on" | "send">;

/** The people whom the user can write to. */
interface Recipients {
  readonly all: ReadonlySignal<readonly Recipient[]>;
  find(peerId: string): Recipient | undefined;
}

/** What is written in a room, to everyone or to one person privately. */
export class RoomMessages extends MessageLog {
  /** Null: everyone. It stays when that person leaves: what was meant for one is never sent to all. */
  readonly recipient = signal<Recipient | null>(null);
  /** How often the user chose a recipient elsewhere than in the list of recipients. */
  readonly recipientChoices = signal(0);
  /** Whether the recipient has left. */
  readonly isRecipientGone = computed(() => {
    const recipient = this.recipient.value;
    return recipient !== null && !this.#participants.all.value.some(({ peerId }) => peerId === recipient.peerId);
  });
  readonly #connection: MessageRoom;
  readonly #participants: Recipients;

  constructor(connection: MessageRoom, participants: Recipients) {
    super();
    this.#connection = connection;
    this.#participants = participants;
  }

  /** @returns stops listening */
  listen(): () => void {
    return this.#connection.on("message", (message) => this.#receive(message));
  }

  writeTo(recipient: Recipient): void {
    this.recipient.value = { peerId: recipient.peerId, name: recipient.name };
    this.recipientChoices.value++;
    this.setPanelOpen(true);
  }

  async write(text: string): Promise<void> {
    const to = this.recipient.peek();
    if (!to) return this.addSent(text, (written) => this.#connection.send(written));
    const send = (written: string) => this.#connection.send(written, { to: to.peerId });
    await this.addSent(text, send, `You, only to ${to.name}`);
  }

  #receive(message: RoomMessage): void {
    // Bytes come from another program in the room.
    if (message.type === "binary") return;
    const name = this.#participants.find(message.fromPeerId)?.name ?? "Guest";
    this.addReceived(message.text, message.isPrivate ? `${name}, only to you` : name);
  }
}
