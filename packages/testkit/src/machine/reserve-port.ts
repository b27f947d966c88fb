import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

// Below the ports that systems choose by themselves, for outgoing connections and for servers that ask for port 0:
// nothing is given one of these by chance while the program that it is reserved for has not started yet, or restarts.
const FIRST_PORT = 15_000;
const BLOCK_SIZE = 32;
const BLOCKS = 500;

/** The part of this process's block that is still to be handed out. */
let next = 0;
let end = 0;
let lastReservation: Promise<unknown> = Promise.resolve();

/**
 * A port, TCP and UDP, for a program that has to be told one in advance or that keeps one over a restart. No other
 * process is given it as long as this one lives. Where a program can choose its port itself, prefer that (`PORT=0`).
 *
 * Processes share the range in blocks. The first port of a block is its lock: the process that listens there owns the
 * others, and the system releases it when that process ends, however it ends.
 */
export function reservePort(): Promise<number> {
  const reservation = lastReservation.then(takePort);
  // The next one waits for this one, and does not fail with it.
  lastReservation = reservation.catch(() => undefined);
  return reservation;
}

async function takePort(): Promise<number> {
  for (;;) {
    while (next < end) {
      const port = next++;
      // A program that knows nothing of blocks may use it.
      if (await isFree(port)) return port;
    }
    await claimBlock();
  }
}

async function claimBlock(): Promise<void> {
  const offset = randomInt(BLOCKS);
  for (let index = 0; index < BLOCKS; index += 1) {
    const lock = FIRST_PORT + ((offset + index) % BLOCKS) * BLOCK_SIZE;
    if (!(await holdLock(lock))) continue;
    next = lock + 1;
    end = lock + BLOCK_SIZE;
    return;
  }
  throw new Error(`No free ports are left between ${FIRST_PORT} and ${FIRST_PORT + BLOCKS * BLOCK_SIZE}.`);
}

/** Listens at a block's first port until this process ends. */
function holdLock(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const lock = createServer((socket) => socket.destroy());
    lock.once("error", () => resolve(false));
    lock.listen(port, "127.0.0.1", () => resolve(true)).unref();
  });
}

async function isFree(port: number): Promise<boolean> {
  // Some systems let one program listen at all addresses and another at one of them.
  return (await isFreeForTcp(port, "127.0.0.1")) && (await isFreeForTcp(port, "0.0.0.0")) && isFreeForUdp(port);
}

function isFreeForTcp(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createSocket("udp4");
    probe.once("error", () => probe.close(() => resolve(false)));
    probe.bind(port, "0.0.0.0", () => probe.close(() => resolve(true)));
  });
}
