import { observer, type types } from "mediasoup";

interface Thing {
  readonly observer: { once(event: "close", listener: () => void): unknown };
}

/**
 * Sees everything that is made on media workers in this process, through mediasoup's own observers: the product need
 * not show it. Of what has closed only the number is kept.
 */
export class WorkerSpy implements Disposable {
  readonly workers: types.Worker[] = [];
  readonly webRtcServers: types.WebRtcServer[] = [];
  readonly #made = new Map<string, number>();
  readonly #open = new Map<string, number>();
  readonly #onWorker = (worker: types.Worker): void => this.#watch(worker);

  constructor() {
    observer.on("newworker", this.#onWorker);
  }

  made(kind: string): number {
    return this.#made.get(kind) ?? 0;
  }

  /** How many there are now, of each kind that there ever was. */
  open(): Record<string, number> {
    return Object.fromEntries(this.#open);
  }

  [Symbol.dispose](): void {
    observer.off("newworker", this.#onWorker);
  }

  #watch(worker: types.Worker): void {
    this.workers.push(worker);
    worker.observer.on("newwebrtcserver", (server) => this.webRtcServers.push(server));
    worker.observer.on("newrouter", (router) => {
      this.#note("routers", router);
      router.observer.on("newrtpobserver", (rtpObserver) => this.#note("observers", rtpObserver));
      router.observer.on("newtransport", (transport) => {
        this.#note("transports", transport);
        transport.observer.on("newproducer", (producer) => this.#note("producers", producer));
        transport.observer.on("newconsumer", (consumer) => this.#note("consumers", consumer));
        transport.observer.on("newdataproducer", (dataProducer) => this.#note("data producers", dataProducer));
        transport.observer.on("newdataconsumer", (dataConsumer) => this.#note("data consumers", dataConsumer));
      });
    });
  }

  #note(kind: string, thing: Thing): void {
    this.#made.set(kind, this.made(kind) + 1);
    this.#count(kind, 1);
    thing.observer.once("close", () => this.#count(kind, -1));
  }

  #count(kind: string, by: number): void {
    this.#open.set(kind, (this.#open.get(kind) ?? 0) + by);
  }
}
