import process from "node:process";
import type { types } from "mediasoup";
import { cpuSeconds } from "../figures.ts";
import { type BareWorker, openPeer, openRouter } from "./bare-media.ts";
import { type Formation, type Formed, voice } from "./formation.ts";

/** Forms a room by mediasoup's own calls, as many at once as there are. */
export async function form(on: BareWorker, { peers: count, producers: senders }: Formation): Promise<Formed> {
  const router = await openRouter(on);
  const { rtpCapabilities } = router;
  const startedAt = performance.now();
  const peers = await Promise.all(Array.from({ length: count }, () => openPeer(on, router)));
  const [joinedAt, cpu] = [performance.now(), cpuSeconds(process.pid)];
  const produced = await Promise.all(
    peers
      .slice(0, senders)
      .map(({ send }, index) =>
        send.produce({ kind: "audio", rtpParameters: voice(index + 1) as types.RtpParameters }),
      ),
  );
  await Promise.all(
    peers.flatMap(({ recv }, index) =>
      produced
        .filter((_producer, owner) => owner !== index)
        .map(({ id: producerId }) => recv.consume({ producerId, rtpCapabilities, paused: false })),
    ),
  );
  const formed = {
    joiningMs: joinedAt - startedAt,
    connectingMs: performance.now() - joinedAt,
    connectingCpuMs: (cpuSeconds(process.pid) - cpu) * 1_000,
  };
  router.close();
  return formed;
}
