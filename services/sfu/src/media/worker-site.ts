import type { NodeId, PeerId, RtpCapabilities } from "@radist-tech/protocol";
import type { types } from "mediasoup";
import { iceCandidates } from "./ice-candidates.ts";
import type { MediaSite, PeerTransports, Pipeable } from "./media-site.ts";
import { RedUnpacker } from "./red-unpacker.ts";
import { createRouter, type MediaWorker } from "./workers.ts";

/** Pipes run within this machine; their ports must not be those that workers are announced with. */
const PIPE_LISTEN = { protocol: "udp", ip: "127.0.0.1", portRange: { min: 20_000, max: 59_999 } } as const;

export interface TransportLimits {
  readonly maxIncomingBitrate: number;
}

/** A room's router on one media worker of this node. */
export class WorkerSite implements MediaSite {
  readonly nodeId: NodeId;
  readonly worker: MediaWorker;
  readonly router: types.Router;
  readonly #limits: TransportLimits;
  /** What is piped to here, by the id of the producer. */
  readonly #pipes = new Map<string, Promise<void>>();

  private constructor(nodeId: NodeId, worker: MediaWorker, router: types.Router, limits: TransportLimits) {
    this.nodeId = nodeId;
    this.worker = worker;
    this.router = router;
    this.#limits = limits;
  }

  static async create(nodeId: NodeId, worker: MediaWorker, limits: TransportLimits): Promise<WorkerSite> {
    return new WorkerSite(nodeId, worker, await createRouter(worker), limits);
  }

  get rtpCapabilities(): RtpCapabilities {
    return this.router.rtpCapabilities as RtpCapabilities;
  }

  get isClosed(): boolean {
    return this.router.closed;
  }

  async open(peerId: PeerId): Promise<PeerTransports> {
    const { worker } = this;
    const create = () =>
      this.router.createWebRtcTransport({
        webRtcServer: worker.webRtcServer,
        enableSctp: true,
        initialAvailableOutgoingBitrate: 1_000_000,
        appData: { peerId },
      });
    const [send, recv] = await Promise.all([create(), create()]);
    await send.setMaxIncomingBitrate(this.#limits.maxIncomingBitrate);
    worker.peers++;
    send.observer.once("close", () => worker.peers--);
    recv.observer.on("newconsumer", (consumer) => {
      worker.consumers++;
      consumer.observer.once("close", () => worker.consumers--);
    });
    return {
      send,
      recv,
      parametersOf: ({ id, iceParameters, iceCandidates: gathered, dtlsParameters, sctpParameters }) => ({
        id,
        iceParameters,
        iceCandidates: [...iceCandidates(worker.announced.current, gathered)],
        dtlsParameters,
        ...(sctpParameters && { sctpParameters: { ...sctpParameters } }),
      }),
    };
  }

  async pipeFrom(producer: Pipeable, from: MediaSite): Promise<void> {
    if (from === this) return;
    if (!(from instanceof WorkerSite)) throw new Error("Media is piped between the workers of one node.");
    const id = "producerId" in producer ? producer.producerId : producer.dataProducerId;
    let pipe = this.#pipes.get(id);
    if (!pipe) {
      pipe = this.#pipe(producer, from, () => this.#pipes.delete(id));
      this.#pipes.set(id, pipe);
      pipe.catch(() => this.#pipes.delete(id));
    }
    await pipe;
  }

  unpackRed(producer: types.Producer): RedUnpacker {
    return new RedUnpacker(producer, this.router);
  }

  async close(): Promise<void> {
    this.router.close();
  }

  async #pipe(producer: Pipeable, from: WorkerSite, onClosed: () => void): Promise<void> {
    const made = await from.router.pipeToRouter({ ...producer, router: this.router, listenInfo: PIPE_LISTEN });
    made.pipeProducer?.observer.once("close", onClosed);
    made.pipeDataProducer?.observer.once("close", onClosed);
  }
}
