import process from "node:process";
import { createWorker, type types } from "mediasoup";
import { MEDIA_CODECS } from "../../../services/sfu/src/media/codecs.ts";

/** A worker with its one port, as an sfu node has them. */
export interface BareWorker {
  readonly worker: types.Worker;
  readonly webRtcServer: types.WebRtcServer;
}

/** What a peer has in any room. */
export interface BarePeer {
  readonly send: types.WebRtcTransport;
  readonly recv: types.WebRtcTransport;
}

export async function openWorker(): Promise<BareWorker> {
  const worker = await createWorker({ logLevel: "warn" });
  const announcedAddress = process.env.MEDIA_ANNOUNCED_ADDRESS ?? "127.0.0.1";
  const listenInfos = (["udp", "tcp"] as const).map((protocol) => ({
    protocol,
    ip: "0.0.0.0",
    announcedAddress,
    port: 0,
  }));
  return { worker, webRtcServer: await worker.createWebRtcServer({ listenInfos }) };
}

export const openRouter = ({ worker }: BareWorker): Promise<types.Router> =>
  worker.createRouter({ mediaCodecs: MEDIA_CODECS });

export async function openPeer({ webRtcServer }: BareWorker, router: types.Router): Promise<BarePeer> {
  const create = () =>
    router.createWebRtcTransport({ webRtcServer, enableSctp: true, initialAvailableOutgoingBitrate: 1_000_000 });
  const [send, recv] = await Promise.all([create(), create()]);
  return { send, recv };
}
