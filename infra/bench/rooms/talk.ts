import { randomBytes } from "node:crypto";
import { pause } from "@radist-tech/protocol/timing";
import { dtlsParameters, MediaLink } from "@radist-tech/testkit/media-link";
import { RtpHeader } from "werift";
import { cpuSeconds } from "../figures.ts";
import { LEVEL_EXTENSION, voice } from "./formation.ts";
import { RoomClient } from "./room-client.ts";
import type { RoomServer } from "./servers.ts";

export const PEERS = 50;
const PACKET_MS = 20;
/** What 40 kbit/s of Opus are. */
const PAYLOAD = randomBytes(100);
const WARM_UP_MS = 1_000;
const MEASURE_MS = 6_000;

interface Forwarding {
  /** Packets that arrived at receivers, per second of the media worker's CPU time. */
  readonly perCpuSecond: number;
  /** CPU time of the process around the worker, as a share of the worker's. */
  readonly overhead: number;
  /** How much of a core the worker used. */
  readonly workerLoad: number;
  /** Of the packets that should have arrived. */
  readonly delivered: number;
}

interface Talker extends Disposable {
  readonly client: RoomClient;
  readonly send: MediaLink;
  readonly recv: MediaLink;
  readonly header: RtpHeader;
}

/** A room in which everybody talks and hears all others. */
export class Talk implements Disposable {
  readonly #server: RoomServer;
  readonly #talkers: readonly Talker[];

  private constructor(server: RoomServer, talkers: readonly Talker[]) {
    this.#server = server;
    this.#talkers = talkers;
  }

  static async open(server: RoomServer): Promise<Talk> {
    const talkers = [];
    const room = await server.newRoom();
    for (const [index, url] of (await room.seats(PEERS)).entries()) talkers.push(await enter(url, index + 1));
    const producerIds = await Promise.all(
      talkers.map(async ({ client, header }) => {
        const produce = { type: "produce", kind: "audio", rtpParameters: voice(header.ssrc) } as const;
        return (await client.ask(produce, "produced")).producerId;
      }),
    );
    for (const [index, { client }] of talkers.entries()) {
      const others = producerIds.filter((_id, owner) => owner !== index);
      const rtpCapabilities = client.joined.routerRtpCapabilities;
      await Promise.all(
        others.map((producerId) => client.ask({ type: "consume", producerId, rtpCapabilities }, "consumer-parameters")),
      );
    }
    return new Talk(server, talkers);
  }

  async measure(): Promise<Forwarding> {
    const { pid, workerPid } = this.#server;
    const abort = new AbortController();
    const talking = this.#talk(abort.signal);
    await pause(WARM_UP_MS);
    const before = this.#count(pid, workerPid);
    await pause(MEASURE_MS);
    const after = this.#count(pid, workerPid);
    abort.abort();
    await talking;
    const worker = after.worker - before.worker;
    return {
      perCpuSecond: (after.received - before.received) / worker,
      overhead: (after.node - before.node) / worker,
      workerLoad: worker / ((after.at - before.at) / 1_000),
      delivered: (after.received - before.received) / ((after.sent - before.sent) * (PEERS - 1)),
    };
  }

  [Symbol.dispose](): void {
    for (const talker of this.#talkers) talker[Symbol.dispose]();
  }

  #sent = 0;

  #count(pid: number, workerPid: number) {
    const received = this.#talkers.reduce((sum, { recv }) => sum + recv.received, 0);
    return { at: performance.now(), received, sent: this.#sent, worker: cpuSeconds(workerPid), node: cpuSeconds(pid) };
  }

  /** Each in its turn, evenly, 20 ms after its last packet. What this process was too late for is not made up for. */
  async #talk(signal: AbortSignal): Promise<void> {
    const startedAt = performance.now();
    for (let turn = 0; !signal.aborted; ) {
      const due = ((performance.now() - startedAt) / PACKET_MS) * PEERS;
      for (turn = Math.max(turn, Math.floor(due) - PEERS); turn < due; turn++) {
        const talker = this.#talkers[turn % PEERS];
        if (talker) say(talker);
        this.#sent++;
      }
      await pause(2);
    }
  }
}

function say({ send, header }: Talker): void {
  header.sequenceNumber = (header.sequenceNumber + 1) & 0xffff;
  header.timestamp = (header.timestamp + PACKET_MS * 48) >>> 0;
  send.sendRtp(PAYLOAD, header);
}

async function enter(url: string, ssrc: number): Promise<Talker> {
  const client = await RoomClient.join(url);
  const { sendTransport, recvTransport } = client.joined;
  const links = [];
  for (const transport of [sendTransport, recvTransport]) {
    await client.ask({ type: "connect-transport", transportId: transport.id, dtlsParameters }, "transport-connected");
    links.push(await MediaLink.open(transport));
  }
  const [send, recv] = links as [MediaLink, MediaLink];
  // 20 dB below the loudest, with the voice flag (RFC 6464).
  const extensions = [{ id: LEVEL_EXTENSION, payload: Buffer.from([0x80 | 20]) }];
  const header = new RtpHeader({ ssrc, payloadType: 111, sequenceNumber: 1, extension: true, extensions });
  return {
    client,
    send,
    recv,
    header,
    [Symbol.dispose]() {
      for (const part of [send, recv, client]) part[Symbol.dispose]();
    },
  };
}
