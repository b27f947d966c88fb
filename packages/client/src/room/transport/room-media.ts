import type { RoomServerMessage } from "@radist-tech/protocol";
import { Device, type types } from "mediasoup-client";
import { RadistError } from "../../core/errors.ts";
import type { Latch } from "../../core/latch.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { RoomMediaState } from "../types.ts";
import { IceRepair } from "./ice-repair.ts";
import { MediaSession } from "./media-session.ts";

type Joined = Extract<RoomServerMessage, { type: "room-joined" }>;
type Resumed = Extract<RoomServerMessage, { type: "room-resumed" }>;

export interface RoomMediaOptions {
  readonly socket: RoomSocket;
  readonly latch: Latch<MediaSession>;
  readonly rtcConfiguration: RTCConfiguration | undefined;
  readonly handlers: {
    /** The state of a path changed. */
    changed(): void;
    failed(error: unknown): void;
  };
}

/** Owns the present media session, opens the latch with it, and repairs its paths. */
export class RoomMedia {
  readonly #options: RoomMediaOptions;
  #device: { readonly capabilities: string; readonly loading: Promise<types.Device> } | undefined;
  #session: MediaSession | undefined;
  #repair: IceRepair | undefined;
  #iceServers: RTCIceServer[] = [];
  #epoch = 0;

  constructor(options: RoomMediaOptions) {
    this.#options = options;
  }

  get session(): MediaSession | undefined {
    return this.#session;
  }

  /** Whether a path that worked is broken. */
  get isBroken(): boolean {
    return this.#repair?.isBroken ?? false;
  }

  /** What ICE and DTLS say. */
  get state(): RoomMediaState {
    return this.#repair?.state ?? "new";
  }

  /** What repairs the paths of the present session. */
  get repair(): IceRepair | undefined {
    return this.#repair;
  }

  /** New transports replace the earlier ones. Resolves when the latch is open again, or when a later join has replaced these. */
  async joined(joined: Joined): Promise<void> {
    const { socket, latch, rtcConfiguration, handlers } = this.#options;
    const epoch = ++this.#epoch;
    this.#end();
    this.useIceServers(joined.iceServers);
    const device = await this.#load(joined.routerRtpCapabilities);
    if (epoch !== this.#epoch) return;
    const session = new MediaSession({ device, joined, iceServers: this.#iceServers, rtcConfiguration, socket, latch });
    this.#session = session;
    this.#repair = new IceRepair(session, socket, latch, handlers);
    if (socket.state === "connected") latch.open(session);
  }

  /** The same transports, after an outage of the socket. */
  resumed(resumed: Resumed): void {
    this.useIceServers(resumed.iceServers);
    const session = this.#session;
    // It is still being created, and will open the latch itself.
    if (!session) return;
    session.reconcile(resumed);
    this.#options.latch.open(session);
    this.#repair?.resumed();
  }

  /** The platform named other servers, or (undefined) none. */
  useIceServers(iceServers: Joined["iceServers"]): void {
    if (!iceServers) return;
    this.#iceServers = iceServers as RTCIceServer[];
    this.#session?.useIceServers(this.#iceServers).catch((error: unknown) => this.#options.handlers.failed(error));
  }

  networkChanged(): void {
    this.#repair?.networkChanged();
  }

  close(): void {
    this.#epoch++;
    this.#end();
  }

  #end(): void {
    this.#options.latch.close();
    this.#repair?.close();
    this.#session?.close();
    this.#session = this.#repair = undefined;
  }

  /** Asking the browser for its capabilities takes a while, and all routers of a platform are alike. */
  #load(routerRtpCapabilities: Joined["routerRtpCapabilities"]): Promise<types.Device> {
    const capabilities = JSON.stringify(routerRtpCapabilities);
    if (this.#device?.capabilities !== capabilities) {
      const loading = loadDevice(routerRtpCapabilities as types.RtpCapabilities);
      this.#device = { capabilities, loading };
    }
    return this.#device.loading;
  }
}

async function loadDevice(routerRtpCapabilities: types.RtpCapabilities): Promise<types.Device> {
  try {
    const device = new Device();
    await device.load({ routerRtpCapabilities });
    return device;
  } catch (cause) {
    throw new RadistError("media_unsupported", { message: "This browser does not support rooms.", cause });
  }
}
