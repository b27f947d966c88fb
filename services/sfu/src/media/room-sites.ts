import type { NodeId } from "@radist-tech/protocol";
import { type TransportLimits, WorkerSite } from "./worker-site.ts";
import { loadOf, type MediaWorker, type Workers } from "./workers.ts";

export interface RoomSitesOptions {
  readonly nodeId: NodeId;
  readonly workers: Workers;
  /** Consumers that a worker carries before the room's next peers go to another one. */
  readonly consumersPerWorker: number;
  readonly transports: TransportLimits;
}

/** The sites of one room: one for each worker that carries some of its media. */
export class RoomSites {
  readonly #options: RoomSitesOptions;
  readonly #sites = new Map<MediaWorker, Promise<WorkerSite>>();
  #isClosed = false;

  constructor(options: RoomSitesOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Where the next peer's transports go: with the others while there is room, then on the least loaded worker. */
  async choose(): Promise<WorkerSite> {
    const { workers, consumersPerWorker } = this.#options;
    for (const [worker, site] of this.#sites) if (loadOf(worker) < consumersPerWorker) return site;
    return this.#on(await workers.leastLoaded());
  }

  /** The oldest site: where speakers are detected. */
  async main(): Promise<WorkerSite> {
    const [first] = this.#sites.values();
    return first ?? this.choose();
  }

  /** Forgets what a dead worker had. */
  forget(worker: MediaWorker): void {
    this.#sites.delete(worker);
  }

  close(): void {
    this.#isClosed = true;
    // A site that is still being made is closed when it is there; one that could not be made needs no closing.
    for (const site of this.#sites.values())
      void site.then(
        (made) => made.close(),
        () => {},
      );
    this.#sites.clear();
  }

  async #on(worker: MediaWorker): Promise<WorkerSite> {
    if (this.#isClosed) throw new Error("The room is closed.");
    const known = this.#sites.get(worker);
    if (known) return known;
    const { nodeId, transports } = this.#options;
    const site = WorkerSite.create(nodeId, worker, transports);
    this.#sites.set(worker, site);
    site.catch(() => this.#sites.delete(worker));
    return site;
  }
}
