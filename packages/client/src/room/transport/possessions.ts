import type { RoomServerMessage } from "@radist-tech/protocol";
import type { RoomRequest } from "../signaling/requests.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";

type Resumed = Extract<RoomServerMessage, { type: "room-resumed" }>;

/** What both sides have: here an object of mediasoup-client, once it is made, there one of the same id. */
interface Possession {
  close(): void;
}

/** Which of the own things the platform no longer has, and which it has that nobody here knows. */
export function compareIds(
  own: Iterable<string>,
  theirs: Iterable<string>,
): { readonly lost: readonly string[]; readonly orphaned: readonly string[] } {
  const [here, there] = [new Set(own), new Set(theirs)];
  return { lost: [...here].filter((id) => !there.has(id)), orphaned: [...there].filter((id) => !here.has(id)) };
}

/** The producers and consumers of a media session, as both sides know them. */
export class Possessions {
  readonly producers = new Map<string, Possession | undefined>();
  readonly consumers = new Map<string, Possession | undefined>();
  readonly dataProducers = new Map<string, Possession | undefined>();
  readonly dataConsumers = new Map<string, Possession | undefined>();
  readonly kinds = {
    producers: (producerId: string): RoomRequest => ({ type: "close-producer", producerId }),
    consumers: (consumerId: string): RoomRequest => ({ type: "close-consumer", consumerId }),
    dataProducers: (dataProducerId: string): RoomRequest => ({ type: "close-data-producer", dataProducerId }),
    dataConsumers: (dataConsumerId: string): RoomRequest => ({ type: "close-data-consumer", dataConsumerId }),
  };
  readonly #socket: Pick<RoomSocket, "request">;

  constructor(socket: Pick<RoomSocket, "request">) {
    this.#socket = socket;
  }

  /** Closes here: the platform has closed it. */
  forget(kind: keyof Possessions["kinds"], id: string): void {
    this[kind].get(id)?.close();
    this[kind].delete(id);
  }

  /** Closes on both sides. */
  drop(kind: keyof Possessions["kinds"], id: string): void {
    this.forget(kind, id);
    this.#socket.request(this.kinds[kind](id)).catch(() => {
      // Gone there already, or it will be an orphan after the outage.
    });
  }

  /** After an outage: what the platform lost is closed here, what nobody here knows is closed there. */
  reconcile({ producers, consumers, dataProducers, dataConsumers }: Resumed): void {
    this.#reconcile(
      "producers",
      producers.map(({ producerId }) => producerId),
    );
    this.#reconcile(
      "consumers",
      consumers.map(({ consumerId }) => consumerId),
    );
    this.#reconcile(
      "dataProducers",
      dataProducers.map(({ dataProducerId }) => dataProducerId),
    );
    this.#reconcile(
      "dataConsumers",
      dataConsumers.map(({ dataConsumerId }) => dataConsumerId),
    );
  }

  #reconcile(kind: keyof Possessions["kinds"], told: readonly string[]): void {
    const { lost, orphaned } = compareIds(this[kind].keys(), told);
    for (const id of lost) this.forget(kind, id);
    for (const id of orphaned) this.drop(kind, id);
  }
}
