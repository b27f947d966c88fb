import type { DtlsParameters, RoomServerMessage, RtpCapabilities, RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import type { MediaKind } from "../../core/channels.ts";
import { ConnectionLost } from "../../core/connection-lost.ts";
import type { CandidateError } from "../../core/diagnosis/ice-server-outcomes.ts";
import { RadistError } from "../../core/errors.ts";
import { withIceServers } from "../../core/ice-servers.ts";
import type { LatchReader } from "../../core/latch.ts";
import { RedundantAudio } from "../publishing/redundant-audio.ts";
import type { RoomRequest } from "../signaling/requests.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import { type ObjectKind, RemoteObjects } from "./remote-objects.ts";

type Joined = Extract<RoomServerMessage, { type: "room-joined" }>;
type Resumed = Extract<RoomServerMessage, { type: "room-resumed" }>;

export interface MediaSessionOptions {
  readonly device: types.Device;
  readonly joined: Joined;
  /** The latest that the platform named. */
  readonly iceServers: RTCIceServer[];
  readonly rtcConfiguration: RTCConfiguration | undefined;
  readonly socket: Pick<RoomSocket, "request">;
  /** Open with this session while it is the present one and the platform can be reached. */
  readonly latch: LatchReader<MediaSession>;
}

/** What the platform is told about a track in addition to its RTP parameters. */
export interface ProduceDetails {
  readonly source: string;
  readonly paused: boolean;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface ConsumeDetails {
  readonly producerId: string;
  readonly paused: boolean;
  /** Tracks with the same id are synchronised. */
  readonly streamId: string;
}

/** A peer's two transports, and what goes through them. A new session replaces it after a migration. */
export class MediaSession {
  readonly device: types.Device;
  readonly send: types.Transport;
  readonly recv: types.Transport;
  /** The last error of each STUN and TURN server, by its URL, for each of the transports. */
  readonly iceErrors = { send: new Map<string, CandidateError>(), recv: new Map<string, CandidateError>() };
  iceServers: readonly RTCIceServer[];
  readonly #socket: Pick<RoomSocket, "request">;
  readonly #latch: LatchReader<MediaSession>;
  readonly #rtcConfiguration: RTCConfiguration;
  readonly #objects: RemoteObjects;
  readonly #red: RedundantAudio | undefined;
  #hasSentCapabilities = false;

  constructor({ device, joined, iceServers, rtcConfiguration = {}, socket, latch }: MediaSessionOptions) {
    this.device = device;
    this.#socket = socket;
    this.#latch = latch;
    this.#rtcConfiguration = rtcConfiguration;
    this.#objects = new RemoteObjects(socket);
    this.iceServers = withIceServers(rtcConfiguration, iceServers).iceServers ?? [];
    const options = (transport: Joined["sendTransport"]): types.TransportOptions => ({
      ...(transport as types.TransportOptions),
      iceServers: [...this.iceServers],
      ...(rtcConfiguration.iceTransportPolicy && { iceTransportPolicy: rtcConfiguration.iceTransportPolicy }),
      additionalSettings: rtcConfiguration,
    });
    this.send = device.createSendTransport(options(joined.sendTransport));
    this.recv = device.createRecvTransport(options(joined.recvTransport));
    this.#red = RedundantAudio.create(device, this.send, this.recv);
    for (const which of ["send", "recv"] as const) {
      const transport = this[which];
      transport.on("icecandidateerror", (event) => this.iceErrors[which].set(event.url, event));
      transport.on("connect", ({ dtlsParameters }, done, fail) => {
        this.#connect(transport.id, dtlsParameters as DtlsParameters).then(done, fail);
      });
    }
    this.send.on("produce", ({ kind, rtpParameters: sent, appData }, done, fail) => {
      const details = appData as unknown as ProduceDetails;
      const rtpParameters = this.#red?.addCodec(sent as RtpParameters) ?? (sent as RtpParameters);
      socket
        .request({ type: "produce", kind, rtpParameters, ...details })
        .then(({ producerId }) => {
          this.#objects.producers.set(producerId, undefined);
          done({ id: producerId });
        })
        .catch(fail);
    });
    this.send.on("producedata", ({ sctpStreamParameters, label, protocol, appData }, done, fail) => {
      const { streamId = 0, ordered } = sctpStreamParameters;
      socket
        .request({ type: "produce-data", sctpStreamParameters: { streamId, ordered }, label, protocol, ...appData })
        .then(({ dataProducerId }) => {
          this.#objects.dataProducers.set(dataProducerId, undefined);
          done({ id: dataProducerId });
        })
        .catch(fail);
    });
  }

  /** Sends a track, which still belongs to the caller. */
  async produce(options: types.ProducerOptions, details: ProduceDetails): Promise<types.Producer> {
    const producer = await this.send.produce({
      ...options,
      // A broken voice is noticed first, and costs least to send twice.
      ...(this.#red && details.source === "microphone" && { onRtpSender: this.#red.enableFor }),
      appData: { ...details },
      // The track belongs to the caller, who mutes and stops it.
      stopTracks: false,
      disableTrackOnPause: false,
    });
    this.#objects.producers.set(producer.id, producer);
    return producer;
  }

  async consume({ producerId, paused, streamId }: ConsumeDetails): Promise<types.Consumer> {
    const answer = await this.#askToConsume(producerId, paused);
    const { consumerId: id, kind, rtpParameters } = answer;
    this.#objects.consumers.set(id, undefined);
    try {
      const parameters = rtpParameters as types.RtpParameters;
      const consumer = await this.recv.consume({
        id,
        producerId,
        kind: kind as MediaKind,
        rtpParameters: parameters,
        streamId,
      });
      this.#objects.consumers.set(id, consumer);
      return consumer;
    } catch (error) {
      this.#objects.drop("consumers", id);
      throw error;
    }
  }

  async produceData(protocol: string, label: string, targetPeerId: string | undefined): Promise<types.DataProducer> {
    const appData = targetPeerId === undefined ? {} : { targetPeerId };
    const dataProducer = await this.send.produceData({ ordered: true, label, protocol, appData });
    this.#objects.dataProducers.set(dataProducer.id, dataProducer);
    return dataProducer;
  }

  async consumeData(dataProducerId: string): Promise<types.DataConsumer> {
    const answer = await this.#socket.request({ type: "consume-data", dataProducerId, paused: true });
    const { dataConsumerId: id, sctpStreamParameters, label, protocol } = answer;
    this.#objects.dataConsumers.set(id, undefined);
    try {
      const parameters = sctpStreamParameters as types.SctpStreamParameters;
      const options = { id, dataProducerId, sctpStreamParameters: parameters, label, protocol };
      const dataConsumer = await this.recv.consumeData(options);
      this.#objects.dataConsumers.set(id, dataConsumer);
      const resume = () => void this.#askUntilHeard({ type: "resume-data-consumer", dataConsumerId: id });
      if (dataConsumer.readyState === "open") resume();
      else dataConsumer.once("open", resume);
      return dataConsumer;
    } catch (error) {
      this.#objects.drop("dataConsumers", id);
      throw error;
    }
  }

  /** Whether the application allows relays alone. */
  get isRelayOnly(): boolean {
    return this.#rtcConfiguration.iceTransportPolicy === "relay";
  }

  /** Closes here, and on the platform unless the transports are closed anyway. */
  drop(kind: ObjectKind, id: string): void {
    if (this.send.closed) this.#objects.forget(kind, id);
    else this.#objects.drop(kind, id);
  }

  /** Closes here what the platform has closed. */
  forget(kind: ObjectKind, id: string): void {
    this.#objects.forget(kind, id);
  }

  /** After an outage: closes here what the platform has lost, and there what is unknown here. */
  reconcile(snapshot: Resumed): void {
    this.#objects.reconcile(snapshot);
  }

  /** For what is gathered from now on; present paths stay. */
  async useIceServers(platform: RTCIceServer[]): Promise<void> {
    const { iceServers = [] } = withIceServers(this.#rtcConfiguration, platform);
    this.iceServers = iceServers;
    await Promise.all([this.send, this.recv].map((transport) => updateIceServers(transport, iceServers)));
  }

  close(): void {
    this.send.close();
    this.recv.close();
  }

  /** Repeats a request until it is answered. When it is refused, or the session is another one, it is no longer needed. */
  async #askUntilHeard(request: RoomRequest): Promise<void> {
    try {
      if ((await this.#latch.whenOpen()) === this) await this.#socket.request(request);
    } catch (error) {
      if (error instanceof ConnectionLost) return this.#askUntilHeard(request);
    }
  }

  async #connect(transportId: string, dtlsParameters: DtlsParameters): Promise<void> {
    for (;;) {
      if ((await this.#latch.whenOpen()) !== this) throw new ConnectionLost();
      try {
        await this.#socket.request({ type: "connect-transport", transportId, dtlsParameters });
        return;
      } catch (error) {
        // The platform accepts it twice, and mediasoup-client could not repeat it cleanly.
        if (!(error instanceof ConnectionLost)) throw error;
      }
    }
  }

  async #askToConsume(producerId: string, paused: boolean) {
    const ask = (rtpCapabilities?: RtpCapabilities) =>
      this.#socket.request({ type: "consume", producerId, paused, ...(rtpCapabilities && { rtpCapabilities }) });
    const capabilities = this.device.recvRtpCapabilities as RtpCapabilities;
    if (this.#hasSentCapabilities) {
      try {
        return await ask();
      } catch (error) {
        // The earlier request that carried the capabilities may have failed.
        if (!(error instanceof RadistError && error.code === "invalid_message")) throw error;
      }
    }
    this.#hasSentCapabilities = true;
    return ask(capabilities);
  }
}

async function updateIceServers(transport: types.Transport, iceServers: RTCIceServer[]): Promise<void> {
  try {
    await transport.updateIceServers({ iceServers });
  } catch (error) {
    // One that is closed needs none.
    if (!transport.closed) throw error;
  }
}
