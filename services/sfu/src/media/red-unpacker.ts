import { Buffer } from "node:buffer";
import type { types } from "mediasoup";
import { isRed } from "./red.ts";
import { payloadTypeOf, unpacked } from "./red-packet.ts";

const AUDIO_LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

interface Plain {
  readonly producer: types.Producer;
  readonly transport: types.DirectTransport;
}

/** The Opus inside a producer of RED, as a second producer for clients that cannot receive RED. */
export class RedUnpacker {
  readonly #producer: types.Producer;
  readonly #router: types.Router;
  #plain: Promise<Plain> | undefined;
  #takers = 0;

  constructor(producer: types.Producer, router: types.Router) {
    this.#producer = producer;
    this.#router = router;
    producer.observer.once("close", () => this.#end());
  }

  /** Runs what subscribes to the plain producer. That lives for as long as anybody has it. */
  async subscribe(consume: (plain: types.Producer) => Promise<types.Consumer>): Promise<types.Consumer> {
    this.#takers++;
    try {
      this.#plain ??= this.#begin();
      const { producer } = await this.#plain;
      const consumer = await consume(producer);
      consumer.observer.once("close", () => this.#release());
      return consumer;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #release(): void {
    this.#takers--;
    if (this.#takers === 0) this.#end();
  }

  #end(): void {
    const plain = this.#plain;
    this.#plain = undefined;
    plain?.then(
      ({ transport }) => transport.close(),
      // One that could not begin needs no ending.
      () => {},
    );
  }

  async #begin(): Promise<Plain> {
    const transport = await this.#router.createDirectTransport();
    try {
      return { producer: await this.#unpack(transport), transport };
    } catch (error) {
      transport.close();
      throw error;
    }
  }

  async #unpack(transport: types.DirectTransport): Promise<types.Producer> {
    const { rtpCapabilities } = this.#router;
    const consumer = await transport.consume({ producerId: this.#producer.id, rtpCapabilities });
    const { codecs, encodings, headerExtensions = [], rtcp } = consumer.rtpParameters;
    const red = codecs.find(isRed);
    const opus = codecs.find((codec) => codec !== red);
    const ssrc = encodings?.[0]?.ssrc;
    if (!red || !opus || ssrc === undefined) throw new Error("A producer of RED has no RED, no Opus, or no stream.");
    const plain = await transport.produce({
      kind: "audio",
      rtpParameters: {
        codecs: [opus],
        // The same stream: what either end reports of it (RTCP) holds for the other.
        encodings: [{ ssrc }],
        headerExtensions: headerExtensions.filter(({ uri }) => uri === AUDIO_LEVEL),
        ...(rtcp && { rtcp }),
      },
    });
    consumer.on("rtp", (packet) => {
      const sent = payloadTypeOf(packet) === red.payloadType ? unpacked(packet, opus.payloadType) : packet;
      if (sent) plain.send(Buffer.from(sent.buffer, sent.byteOffset, sent.byteLength));
    });
    transport.on("rtcp", (packet) => transport.sendRtcp(packet));
    return plain;
  }
}
