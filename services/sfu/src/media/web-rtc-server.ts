import { InvalidConfig } from "@radist-tech/runtime";
import type { types } from "mediasoup";
import type { AnnouncedAddresses } from "./announced-addresses.ts";
import { listenInfos, withOwnAddresses } from "./ice-candidates.ts";

type Announced = Pick<AnnouncedAddresses, "current" | "bindable">;

/** Number of ports that are tried when any will do. */
const ATTEMPTS = 10;

/**
 * Opens a worker's one port.
 *
 * @param port 0: whichever is free
 * @throws {InvalidConfig} when it cannot be had
 */
export async function openWebRtcServer(
  worker: types.Worker,
  announced: Announced,
  port: number,
): Promise<types.WebRtcServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(worker, announced, port);
    } catch (error) {
      if (worker.closed || !(error instanceof Error)) throw error;
      if (port === 0 && attempt < ATTEMPTS) continue;
      throw new InvalidConfig([
        `MEDIA_PORT: ${port}, UDP and TCP, cannot be had (${error.message}). Stop the program that uses it, or choose others.`,
      ]);
    }
  }
}

async function open(worker: types.Worker, { current, bindable }: Announced, port: number): Promise<types.WebRtcServer> {
  const alone = await worker.createWebRtcServer({ listenInfos: listenInfos(current, port) });
  if (bindable.length === 0) return alone;
  // Sockets that share a port would share it with another program as well; this one was free a moment ago.
  const { udpSockets } = await alone.dump();
  alone.close();
  const [free = { port }] = udpSockets;
  return worker.createWebRtcServer({ listenInfos: withOwnAddresses(current, bindable, free.port) });
}
