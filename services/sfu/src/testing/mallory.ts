import type { RoomId } from "@radist-tech/protocol";
import type { AnyMessage } from "@radist-tech/testkit";
import type { Cluster } from "./cluster.ts";
import { type Ids, type RequestType, requestsWith } from "./hostile-requests.ts";
import { capabilities, consumes, produceAudio, produceData, produces, transportOf } from "./media.ts";
import type { OtherPeers } from "./other-peers.ts";
import { joins, type TestPeer } from "./test-peer.ts";

/** Who wishes the others ill: has one of everything, and so have they. */
export class Mallory implements AsyncDisposable {
  readonly person: TestPeer;
  readonly #theirs: Ids;
  #own: Ids;

  private constructor(person: TestPeer, theirs: Ids, own: Ids) {
    this.person = person;
    this.#theirs = theirs;
    this.#own = own;
  }

  static async join(cluster: Cluster, roomId: RoomId, { ids }: OtherPeers): Promise<Mallory> {
    const person = await joins(cluster, roomId);
    return new Mallory(person, ids, await possessions(person, ids));
  }

  get ids(): { readonly own: Ids; readonly other: Ids } {
    return { own: this.#own, other: this.#theirs };
  }

  /** A right request, or, with the roles exchanged, one in which nothing is whose it has to be. */
  request(type: RequestType, isExchanged = false): Record<string, unknown> {
    const [own, other] = isExchanged ? [this.#theirs, this.#own] : [this.#own, this.#theirs];
    return { type, ...requestsWith(own, other, capabilities(this.person))[type] };
  }

  /** Asks, and has one of everything again afterwards, and no more. */
  async asks(message: object): Promise<AnyMessage> {
    const answer = await this.person.asks(message);
    const { producerId, consumerId, dataProducerId, dataConsumerId } = answer;
    const { type } = message as { type?: unknown };
    if (answer.type === "produced") await this.person.asks({ type: "close-producer", producerId });
    else if (answer.type === "consumer-parameters") await this.person.asks({ type: "close-consumer", consumerId });
    else if (answer.type === "data-produced") await this.person.asks({ type: "close-data-producer", dataProducerId });
    else if (answer.type === "data-consumer-parameters") {
      await this.person.asks({ type: "close-data-consumer", dataConsumerId });
    } else if (answer.type === "ack" && typeof type === "string" && type.startsWith("close-")) {
      this.#own = await possessions(this.person, this.#theirs, this.#own, type);
    }
    return answer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.person[Symbol.asyncDispose]();
  }
}

/** One of each; what was there already, unless it was closed. */
async function possessions(person: TestPeer, theirs: Ids, known?: Ids, closed?: string): Promise<Ids> {
  const isThere = (type: string) => known !== undefined && closed !== type;
  return {
    peer: person.peerId,
    send: transportOf(person, "sendTransport"),
    recv: transportOf(person, "recvTransport"),
    producer: isThere("close-producer") ? String(known?.producer) : await produces(person, produceAudio()),
    consumer: isThere("close-consumer")
      ? String(known?.consumer)
      : String((await consumes(person, theirs.producer)).consumerId),
    dataProducer: isThere("close-data-producer") ? String(known?.dataProducer) : await produceData(person),
    dataConsumer: isThere("close-data-consumer")
      ? String(known?.dataConsumer)
      : String((await person.asks({ type: "consume-data", dataProducerId: theirs.dataProducer })).dataConsumerId),
  };
}
