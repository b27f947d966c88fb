import { EventEmitter } from "node:events";
import type { types } from "mediasoup-client";
import { beforeEach, describe, expect, test } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import { ObjectModel, settled, track } from "../media.fixture.ts";
import type { RoomRequest } from "../signaling/requests.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import { MediaSession } from "./media-session.ts";

type Done = (answer?: unknown) => void;

/** A transport of mediasoup-client, which asks its listeners for what the platform has to agree on. */
class TransportModel extends EventEmitter {
  readonly id: string;
  readonly options: types.TransportOptions;
  readonly iceServers: unknown[] = [];
  closed = false;
  refusal: Error | undefined;

  constructor(options: types.TransportOptions) {
    super();
    this.id = options.id;
    this.options = options;
  }

  /** Asks as mediasoup-client does, and resolves with the answer. */
  ask(event: string, parameters: object = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.emit(event, parameters, resolve satisfies Done, reject);
    });
  }

  async produce({ track: sent, ...options }: types.ProducerOptions): Promise<ObjectModel> {
    const { id } = (await this.ask("produce", { kind: "audio", rtpParameters: { codecs: [] }, ...options })) as {
      id: string;
    };
    return new ObjectModel(id, sent ?? track("audio"));
  }

  async produceData({ label, protocol, appData }: types.DataProducerOptions): Promise<ObjectModel> {
    const sctpStreamParameters = { streamId: 3, ordered: true };
    const { id } = (await this.ask("producedata", { sctpStreamParameters, label, protocol, appData })) as {
      id: string;
    };
    return new ObjectModel(id, track("audio"));
  }

  async consume({ id, producerId }: types.ConsumerOptions): Promise<ObjectModel> {
    if (this.refusal) throw this.refusal;
    return new ObjectModel(id ?? "", track("video"), producerId);
  }

  async consumeData({ id }: types.DataConsumerOptions): Promise<ObjectModel> {
    if (this.refusal) throw this.refusal;
    const object = new ObjectModel(id ?? "", track("audio"));
    object.readyState = "connecting";
    return object;
  }

  async updateIceServers({ iceServers }: { iceServers: unknown[] }): Promise<void> {
    this.iceServers.push(iceServers);
  }

  close(): void {
    this.closed = true;
  }
}

const transport = (id: string) => ({ id, iceParameters: {}, iceCandidates: [], dtlsParameters: {} });

let requests: RoomRequest[];
let answer: (request: RoomRequest) => unknown;

beforeEach(() => {
  requests = [];
  answer = () => ({});
});

function open(rtcConfiguration?: RTCConfiguration) {
  const transports: TransportModel[] = [];
  const create = (options: types.TransportOptions) => {
    const model = new TransportModel(options);
    transports.push(model);
    return model;
  };
  const device = {
    recvRtpCapabilities: { codecs: [{ mimeType: "audio/opus", preferredPayloadType: 111 }] },
    createSendTransport: create,
    createRecvTransport: create,
  };
  const latch = new Latch<MediaSession>();
  const request = async (asked: RoomRequest) => {
    requests.push(asked);
    return answer(asked);
  };
  const session = new MediaSession({
    device: device as unknown as types.Device,
    joined: {
      sendTransport: transport("send"),
      recvTransport: transport("recv"),
    } as never,
    iceServers: [{ urls: "turn:platform" }],
    rtcConfiguration,
    socket: { request: request as RoomSocket["request"] },
    latch,
  });
  latch.open(session);
  const [send, recv] = transports as [TransportModel, TransportModel];
  return { session, latch, send, recv };
}

describe("transports", () => {
  test("use the platform's ICE servers, unless the page has its own", () => {
    expect(open().send.options.iceServers).toEqual([{ urls: "turn:platform" }]);
    const own: RTCConfiguration = { iceServers: [{ urls: "turn:own" }], iceTransportPolicy: "relay" };
    expect(open(own).recv.options).toMatchObject(own);
  });

  test.each<[string, RTCConfiguration, string]>([
    ["those that the platform names next", {}, "turn:next"],
    ["the page's own all the same", { iceServers: [{ urls: "turn:own" }] }, "turn:own"],
  ])("are told of %s", async (_what, rtcConfiguration, urls) => {
    const { session, send, recv } = open(rtcConfiguration);
    await session.useIceServers([{ urls: "turn:next" }]);
    expect([send.iceServers, recv.iceServers]).toEqual([[[{ urls }]], [[{ urls }]]]);
  });

  test("that were closed meanwhile are told of nothing, and others of what was wrong", async () => {
    const { session, send } = open();
    send.updateIceServers = () => Promise.reject(new Error("no servers"));
    await expect(session.useIceServers([])).rejects.toThrow("no servers");
    session.close();
    await session.useIceServers([]);
  });

  test("connect as soon as the platform can be reached", async () => {
    const { session, latch, send } = open();
    latch.close();
    const connected = send.ask("connect", { dtlsParameters: { role: "client" } });
    await settled();
    expect(requests).toEqual([]);
    latch.open(session);
    await connected;
    expect(requests).toEqual([{ type: "connect-transport", transportId: "send", dtlsParameters: { role: "client" } }]);
  });

  test("repeat a connect that was lost with the socket", async () => {
    const { send } = open();
    answer = () => {
      if (requests.length < 3) throw new ConnectionLost();
      return {};
    };
    await send.ask("connect");
    expect(requests).toHaveLength(3);
  });

  test("do not connect when they are refused, or when the session is another one by now", async () => {
    const { latch, send, recv } = open();
    const refusal = new RadistError("transport_not_found");
    answer = () => {
      throw refusal;
    };
    await expect(send.ask("connect")).rejects.toBe(refusal);
    latch.open(open().session);
    await expect(recv.ask("connect")).rejects.toBeInstanceOf(ConnectionLost);
  });
});

describe("producing", () => {
  test("tells the platform what the track is, and closes it on both sides", async () => {
    const { session } = open();
    answer = ({ type }) => (type === "produce" ? { producerId: "p" } : {});
    const producer = await session.produce({ track: track("audio") }, { source: "microphone", paused: true });
    expect(producer.id).toBe("p");
    expect(requests).toEqual([
      { type: "produce", kind: "audio", rtpParameters: { codecs: [] }, source: "microphone", paused: true },
    ]);
    session.drop("producers", "p");
    expect([producer.closed, requests.at(-1)]).toEqual([true, { type: "close-producer", producerId: "p" }]);
  });

  test("that the platform refuses rejects", async () => {
    const { session } = open();
    answer = () => {
      throw new RadistError("not_allowed");
    };
    await expect(session.produce({ track: track("audio") }, { source: "camera", paused: false })).rejects.toMatchObject(
      {
        code: "not_allowed",
      },
    );
  });

  test("needs no request to close what closes with its transports", async () => {
    const { session, send } = open();
    answer = () => ({ producerId: "p" });
    const producer = await session.produce({ track: track("audio") }, { source: "camera", paused: false });
    session.close();
    expect(send.closed).toBe(true);
    session.drop("producers", "p");
    expect([producer.closed, requests.length]).toEqual([true, 1]);
  });

  test.each([
    [undefined, {}],
    ["bob", { targetPeerId: "bob" }],
  ])("data for %s", async (target, fields) => {
    const { session } = open();
    answer = () => ({ dataProducerId: "d" });
    const producer = await session.produceData("private", "radist-data", target);
    expect(producer.id).toBe("d");
    expect(requests).toEqual([
      {
        type: "produce-data",
        sctpStreamParameters: { streamId: 3, ordered: true },
        label: "radist-data",
        protocol: "private",
        ...fields,
      },
    ]);
  });
});

describe("consuming", () => {
  const details = { producerId: "p", paused: true, streamId: "bob" };
  const parameters = { consumerId: "c", kind: "video", rtpParameters: {} };
  const hasCapabilities = () => requests.map((request) => "rtpCapabilities" in request);

  test("tells the platform this side's capabilities once", async () => {
    const { session } = open();
    answer = () => parameters;
    await session.consume(details);
    await session.consume(details);
    expect(hasCapabilities()).toEqual([true, false]);
  });

  test("tells them again when the request that had them failed", async () => {
    const { session } = open();
    const answers = [
      () => {
        throw new RadistError("producer_not_found");
      },
      () => {
        throw new RadistError("invalid_message");
      },
      () => parameters,
    ];
    answer = () => answers.shift()?.();
    await expect(session.consume(details)).rejects.toMatchObject({ code: "producer_not_found" });
    expect((await session.consume(details)).id).toBe("c");
    expect(hasCapabilities()).toEqual([true, false, true]);
  });

  test("what the browser cannot consume is closed on the platform", async () => {
    const { session, recv } = open();
    recv.refusal = new Error("No such codec.");
    answer = () => parameters;
    await expect(session.consume(details)).rejects.toBe(recv.refusal);
    expect(requests.at(-1)).toEqual({ type: "close-consumer", consumerId: "c" });
    answer = () => ({ dataConsumerId: "d", sctpStreamParameters: {} });
    await expect(session.consumeData("p")).rejects.toBe(recv.refusal);
    expect(requests.at(-1)).toEqual({ type: "close-data-consumer", dataConsumerId: "d" });
  });

  test("after an outage an object that is being created is not closed on the platform", async () => {
    const { session, recv } = open();
    answer = () => parameters;
    const creating = Promise.withResolvers<ObjectModel>();
    recv.consume = () => creating.promise;
    const consumed = session.consume(details);
    await settled();
    const consumers = [{ consumerId: "c", producerId: "p", paused: true }];
    session.reconcile({ producers: [], consumers, dataProducers: [], dataConsumers: [] } as never);
    creating.resolve(new ObjectModel("c", track("video")));
    expect((await consumed).closed).toBe(false);
    expect(requests).toHaveLength(1);
  });
});

describe("consuming data", () => {
  const parameters = { dataConsumerId: "d", sctpStreamParameters: {}, label: "radist-data", protocol: "" };
  const resumes = () => requests.filter(({ type }) => type === "resume-data-consumer").length;

  test("starts paused, and resumes once the channel is open", async () => {
    const { session } = open();
    answer = ({ type }) => (type === "consume-data" ? parameters : {});
    const consumer = await session.consumeData("p");
    expect(requests).toEqual([{ type: "consume-data", dataProducerId: "p", paused: true }]);
    (consumer as unknown as ObjectModel).emit("open");
    await settled();
    expect(resumes()).toBe(1);
  });

  test("asks to resume until the platform has heard it", async () => {
    const { session, latch } = open();
    answer = ({ type }) => {
      if (type === "consume-data") return parameters;
      if (resumes() < 3) throw new ConnectionLost();
      return {};
    };
    const consumer = await session.consumeData("p");
    latch.close();
    (consumer as unknown as ObjectModel).emit("open");
    await settled();
    expect(resumes()).toBe(0);
    latch.open(session);
    await settled();
    expect(resumes()).toBe(3);
  });

  test("does not ask again what was refused, nor for another session", async () => {
    const { session, latch } = open();
    answer = ({ type }) => {
      if (type === "consume-data") return parameters;
      throw new RadistError("consumer_not_found");
    };
    const refused = await session.consumeData("p");
    (refused as unknown as ObjectModel).emit("open");
    await settled();
    expect(resumes()).toBe(1);
    const obsolete = await session.consumeData("p");
    latch.open(open().session);
    (obsolete as unknown as ObjectModel).emit("open");
    await settled();
    expect(resumes()).toBe(1);
  });
});
