import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

export interface LossyPathOptions {
  readonly address: string;
  /** Of the server behind it. */
  readonly port: number;
  /** The part of all packets that is lost on the way from the server, 0 to 1. */
  readonly loss: number;
  /** How long every packet takes in either direction, milliseconds. */
  readonly delayMs: number;
}

/** A UDP port that leads to another one, over a path as a poor mobile network is. */
export async function openLossyPath({ address, port, loss, delayMs }: LossyPathOptions) {
  const front = createSocket("udp4").bind(0, address);
  await once(front, "listening");
  const behind = new Map<string, Socket>();
  front.on("message", (packet, client) => {
    const key = `${client.address}:${client.port}`;
    let socket = behind.get(key);
    if (!socket) {
      socket = createSocket("udp4");
      behind.set(key, socket);
      socket.on("message", (answer) => {
        if (Math.random() >= loss) setTimeout(() => front.send(answer, client.port, client.address), delayMs);
      });
    }
    const there = socket;
    setTimeout(() => there.send(packet, port, address), delayMs);
  });
  return {
    port: (front.address() as AddressInfo).port,
    [Symbol.dispose]: () => {
      for (const socket of [front, ...behind.values()]) socket.removeAllListeners().close();
    },
  };
}
