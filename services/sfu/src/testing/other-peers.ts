import { type RoomId, RoomServerMessage } from "@radist-tech/protocol";
import { expect } from "vitest";
import type { Cluster } from "./cluster.ts";
import type { Ids } from "./hostile-requests.ts";
import { consumes, produceAudio, produceData, produces, produceVideo, transportOf } from "./media.ts";
import { joins, type TestPeer } from "./test-peer.ts";

/** Settings under which everybody may talk as fast as they can, and a busy machine does not count as one that was frozen. */
export const UNHURRIED = {
  MESSAGES_PER_SECOND: "1000000",
  MESSAGE_BURST: "1000000",
  LEASE_MS: "30000",
  LEASE_RENEW_MS: "5000",
} as const;

/** Two people who publish, receive, look at figures and take back, without end: nothing that others do may disturb it. */
export class OtherPeers {
  readonly nora: TestPeer;
  readonly olaf: TestPeer;
  /** Nora's audio, which she sends all the time. */
  readonly audio: string;
  /** One of each kind that they have all the time. */
  readonly ids: Ids;
  #rounds = 0;
  #isOver = false;
  readonly #living: Promise<void>;

  private constructor(nora: TestPeer, olaf: TestPeer, audio: string, ids: Ids) {
    this.nora = nora;
    this.olaf = olaf;
    this.audio = audio;
    this.ids = ids;
    this.#living = this.#live();
    // Whoever asks next hears of it; until then it is nobody's unhandled rejection.
    this.#living.catch(() => {});
  }

  static async meet(cluster: Cluster, roomId: RoomId): Promise<OtherPeers> {
    const nora = await joins(cluster, roomId);
    const olaf = await joins(cluster, roomId);
    const audio = await produces(nora, produceAudio());
    const dataProducer = await produceData(nora);
    const dataConsumer = await olaf.asks({ type: "consume-data", dataProducerId: dataProducer });
    return new OtherPeers(nora, olaf, audio, {
      peer: nora.peerId,
      send: transportOf(nora, "sendTransport"),
      recv: transportOf(nora, "recvTransport"),
      producer: await produces(nora, produceVideo()),
      consumer: String((await consumes(olaf, audio)).consumerId),
      dataProducer,
      dataConsumer: String(dataConsumer.dataConsumerId),
    });
  }

  /** Resolves when a whole round has begun and ended since the asking. */
  async goOn(): Promise<void> {
    const enough = this.#rounds + 2;
    while (this.#rounds < enough) {
      const { webSocket } = this.olaf.socket;
      await Promise.race([this.#living, new Promise((resolve) => webSocket.once("message", resolve))]);
    }
  }

  /** Ends it, and looks at everything that both have heard. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#living;
    for (const { socket } of [this.nora, this.olaf]) {
      expect(socket.messages.filter(({ type }) => type === "error")).toEqual([]);
      // Whose media is built anew is told of its transports a second time.
      expect(socket.messages.filter(({ type }) => type === "room-joined")).toHaveLength(1);
      for (const message of socket.messages) expect(RoomServerMessage.safeParse(message).error?.issues).toBeUndefined();
    }
    await Promise.all([this.nora.socket.close(), this.olaf.socket.close()]);
  }

  async #live(): Promise<void> {
    const { nora, olaf } = this;
    while (!this.#isOver) {
      const producerId = await produces(nora, produceAudio());
      const { consumerId } = await consumes(olaf, producerId);
      expect(await olaf.asks({ type: "get-stats", consumerId })).toMatchObject({ type: "stats" });
      expect(await nora.asks({ type: "close-producer", producerId })).toMatchObject({ type: "ack" });
      this.#rounds++;
    }
  }
}
