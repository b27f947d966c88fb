/// <reference lib="dom" />
import type { RoomJoined } from "@radist-tech/protocol";
import { Device, type types } from "mediasoup-client";
import { camera, freshSeat, newVideo } from "./page-user.ts";
import { Stopwatch } from "./stopwatch.ts";

/** As the SDK sends a camera of this size. */
const ENCODINGS = [
  { scaleResolutionDownBy: 2, scalabilityMode: "L1T3", maxBitrate: 213_000 },
  { scaleResolutionDownBy: 1, scalabilityMode: "L1T3", maxBitrate: 601_000 },
];

window.user = {
  async publish() {
    const { ask, joined, device } = await enter(new WebSocket(await freshSeat()));
    const transport = connected(device.createSendTransport(joined.sendTransport as types.TransportOptions), ask);
    transport.on("produce", ({ kind, rtpParameters }, done, fail) => {
      ask({ type: "produce", kind, rtpParameters }).then(({ producerId }) => done({ id: producerId as string }), fail);
    });
    const codecOptions = { videoGoogleStartBitrate: 1_000 };
    return (await transport.produce({ track: await camera(), encodings: ENCODINGS, codecOptions })).id;
  },
  async join(producerId) {
    const [video, stopwatch] = [newVideo(), new Stopwatch()];
    const seat = await freshSeat();
    stopwatch.reached("token");
    const { ask, joined, device } = await enter(stopwatch.watch(new WebSocket(seat)));
    const transport = connected(device.createRecvTransport(joined.recvTransport as types.TransportOptions), ask);
    const { consumerId, ...options } = await ask({
      type: "consume",
      producerId,
      rtpCapabilities: device.recvRtpCapabilities,
    });
    const { track } = await transport.consume({ ...options, id: consumerId } as unknown as types.ConsumerOptions);
    video.srcObject = new MediaStream([track]);
    return stopwatch.shown(video);
  },
};

type Ask = (message: object) => Promise<Record<string, unknown>>;

async function enter(socket: WebSocket): Promise<{ ask: Ask; joined: RoomJoined; device: Device }> {
  const asked = new Map<number, (reply: Record<string, unknown>) => void>();
  let count = 0;
  const ask: Ask = (message) =>
    new Promise((resolve) => {
      asked.set(++count, resolve);
      socket.send(JSON.stringify({ ...message, requestId: count }));
    });
  const joined = await new Promise<RoomJoined>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data as string);
      if (message.type === "room-joined") resolve(message);
      else asked.get(message.requestId)?.(message);
    });
  });
  const device = new Device();
  await device.load({ routerRtpCapabilities: joined.routerRtpCapabilities as types.RtpCapabilities });
  return { ask, joined, device };
}

function connected(transport: types.Transport, ask: Ask): types.Transport {
  return transport.on("connect", ({ dtlsParameters }, done, fail) => {
    ask({ type: "connect-transport", transportId: transport.id, dtlsParameters }).then(done, fail);
  });
}
