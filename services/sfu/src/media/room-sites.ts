import type { types } from "mediasoup";
import { createRouter, loadOf, type MediaWorker, type Workers } from "./workers.ts";

/** Pipes run within this machine; their ports must not be those that workers are announced with. */
const PIPE_LISTEN = { protocol: "udp", ip: "127.0.0.1", portRange: { min: 20_000, max: 59_999 } } as const;

/** A room's router on one worker. */
export interface Place {
  readonly on: MediaWorker;
  readonly router: types.Router;
}

/** The routers of one room, one for each worker that it has come to, and the pipes between them. */
export class Routers {
  readonly #workers: Workers;
  readonly #consumersPerWorker: number;
  readonly #places = new Map<MediaWorker, Promise<Place>>();
  readonly #pipes = new Map<string, Promise<void>>();
  #isClosed = false;

  constructor(workers: Workers, consumersPerWorker: number) {
    this.#workers = workers;
    this.#consumersPerWorker = consumersPerWorker;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where the next peer's transports go: beside the others while there is room, then on the idlest worker. */
  async place(): Promise<Place> {
    for (const [worker, place] of this.#places) {
      if (loadOf(worker) < this.#consumersPerWorker) return place;
    }
    return this.#on(await this.#workers.leastLoaded());
  }

  /** The place that has been there for longest: where the room listens to who speaks. */
  async main(): Promise<Place> {
    const [first] = this.#places.values();
    return first ?? this.place();
  }

  /** Makes a producer of one place available at another; once, however many ask. */
  async bring(producer: { producerId: string } | { dataProducerId: string }, from: Place, to: Place): Promise<void> {
    if (from === to) return;
    const id = "producerId" in producer ? producer.producerId : producer.dataProducerId;
    const key = `${id} ${to.router.id}`;
    let pipe = this.#pipes.get(key);
    if (!pipe) {
      pipe = this.#pipe(producer, from, to, key);
      this.#pipes.set(key, pipe);
      pipe.catch(() => this.#pipes.delete(key));
    }
    await pipe;
  }

  /** Forgets what a dead worker had. */
  forget(worker: MediaWorker): void {
    this.#places.delete(worker);
  }

  close(): void {
    this.#isClosed = true;
    // A router that is still being made is closed when it is there; one that could not be made needs no closing.
    for (const place of this.#places.values())
      void place.then(
        ({ router }) => router.close(),
        () => {},
      );
    this.#places.clear();
    this.#pipes.clear();
  }

  async #on(worker: MediaWorker): Promise<Place> {
    if (this.#isClosed) throw new Error("The room is closed.");
    const known = this.#places.get(worker);
    if (known) return known;
    const place = createRouter(worker).then((router) => ({ on: worker, router }));
    this.#places.set(worker, place);
    place.catch(() => this.#places.delete(worker));
    return place;
  }

  async #pipe(
    producer: { producerId: string } | { dataProducerId: string },
    from: Place,
    to: Place,
    key: string,
  ): Promise<void> {
    const made = await from.router.pipeToRouter({ ...producer, router: to.router, listenInfo: PIPE_LISTEN });
    const forget = () => this.#pipes.delete(key);
    made.pipeProducer?.observer.once("close", forget);
    made.pipeDataProducer?.observer.once("close", forget);
  }
}
