import type { RoomServerMessage } from "@radist-tech/protocol";
import type { RoomRequest } from "../signaling/requests.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";

type Resumed = Extract<RoomServerMessage, { type: "room-resumed" }>;

/** This side's half of a producer or consumer: an object of mediasoup-client. */
interface LocalObject {
  close(): void;
}

/** Which of our objects the platform no longer has, and which it has that are unknown here. */
export function compareIds(
  ours: Iterable<string>,
  theirs: Iterable<string>,
): { readonly lost: readonly string[]; readonly orphaned: readonly string[] } {
  const [here, there] = [new Set(ours), new Set(theirs)];
  return { lost: [...here].filter((id) => !there.has(id)), orphaned: [...there].filter((id) => !here.has(id)) };
}

const CLOSE_REQUESTS = {
  producers: (producerId: string): RoomRequest => ({ type: "close-producer", producerId }),
  consumers: (consumerId: string): RoomRequest => ({ type: "close-consumer", consumerId }),
  dataProducers: (dataProducerId: string): RoomRequest => ({ type: "close-data-producer", dataProducerId }),
  dataConsumers: (dataConsumerId: string): RoomRequest => ({ type: "close-data-consumer", dataConsumerId }),
};

export type ObjectKind = keyof typeof CLOSE_REQUESTS;

/**
 * The producers and consumers of a media session, each of which exists on both sides under one id. A value is undefined
 * while the platform's half exists and this side's is being created.
 */
export class RemoteObjects {
  readonly producers = new Map<string, LocalObject | undefined>();
  readonly consumers = new Map<string, LocalObject | undefined>();
  readonly dataProducers = new Map<string, LocalObject | undefined>();
  readonly dataConsumers = new Map<string, LocalObject | undefined>();
  readonly #socket: Pick<RoomSocket, "request">;

  constructor(socket: Pick<RoomSocket, "request">) {
    this.#socket = socket;
  }

  /** Closes here what the platform has closed. */
  forget(kind: ObjectKind, id: string): void {
    this[kind].get(id)?.close();
    this[kind].delete(id);
  }

  /** Closes on both sides. */
  drop(kind: ObjectKind, id: string): void {
    this.forget(kind, id);
    this.#socket.request(CLOSE_REQUESTS[kind](id)).catch(() => {
      // Either the platform no longer has it, or it is an orphan after the outage.
    });
  }

  /** After an outage: closes here what the platform has lost, and there what is unknown here. */
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

  #reconcile(kind: ObjectKind, theirs: readonly string[]): void {
    const { lost, orphaned } = compareIds(this[kind].keys(), theirs);
    for (const id of lost) this.forget(kind, id);
    for (const id of orphaned) this.drop(kind, id);
  }
}
