import type { ErrorBody, MintedCallToken } from "@radist-tech/protocol";
import { RadistConnection } from "./connection.ts";
import { captureChannels } from "./devices/capture.ts";
import { httpError, RadistError } from "./errors.ts";
import type { CreateRoomConnectionOptions, RadistRoomConnection } from "./rooms/types.ts";
import type { Channel, ResumeState } from "./types.ts";
import { DEFAULT_API_BASE_URL, resolveApiBase, socketUrl, tokenUrl } from "./urls.ts";

export interface RadistClientOptions {
  /** The project's public key, `rad_pk_…`. Not a secret. */
  readonly publicKey: string;
  /** For every RTCPeerConnection. Its `iceServers`, where given, take the place of the platform's. */
  readonly rtcConfiguration?: RTCConfiguration | undefined;
  /** In place of the browser's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** In place of `new WebSocket(url)`. */
  readonly webSocketFactory?: ((url: string) => WebSocket) | undefined;
  /**
   * Where the platform answers: the whole base, `https://calls.example.com/api/v1`; an origin, which means its
   * `/api/v1`; or a path on the page's own origin, `/api/v1`. Default: `https://radist.tech/api/v1`.
   */
  readonly apiBaseUrl?: string | undefined;
}

/** What a connection carries, and how it enters the call: by a fresh token, or as the peer that it was. */
export type CreateConnectionOptions = {
  /**
   * At least one of `audio`, `video`, `data`. The microphone and camera are opened for what is asked; the same kinds
   * are received.
   */
  readonly channels: readonly Channel[];
  /**
   * Sent in place of the microphone and camera. Its tracks stay the page's: they are never stopped. A stream without a
   * track of a kind receives that kind only, and `new MediaStream()` sends nothing at all.
   */
  readonly localStream?: MediaStream;
} & (
  | { /** `ct_…`, good for one join. */ readonly callToken: string }
  | { /** {@link RadistConnection.resumeState} of the page before its reload. */ readonly resume: ResumeState }
);

const CHANNELS: readonly Channel[] = ["audio", "video", "data"];

function channelSet(channels: readonly Channel[]): ReadonlySet<Channel> {
  if (channels.length === 0 || channels.some((channel) => !CHANNELS.includes(channel))) {
    throw new RadistError("invalid_argument", { message: "channels takes at least one of audio, video, data." });
  }
  return new Set(channels);
}

/**
 * The entrance to a project's calls.
 *
 * @example
 * const radist = new RadistClient({ publicKey: "rad_pk_…" });
 * const callToken = await radist.mintToken({ callId });
 * const connection = await radist.createConnection({ callToken, channels: ["audio", "video"] });
 */
export class RadistClient {
  readonly #options: RadistClientOptions;
  readonly #apiBase: string;

  /** @throws RadistError `invalid_argument` */
  constructor(options: RadistClientOptions) {
    if (!options.publicKey) throw new RadistError("invalid_argument", { message: "publicKey is missing." });
    this.#options = options;
    this.#apiBase = resolveApiBase(options.apiBaseUrl ?? DEFAULT_API_BASE_URL, globalThis.location?.href);
  }

  /**
   * Makes a participant token for a public call. For a private call ask your backend.
   *
   * @returns `ct_…`, good for one join within ten minutes
   * @throws RadistError `call_private`, `call_not_found`, `peers_connected`, `call_terminated`, `network_error`, …
   */
  async mintToken({ callId }: { readonly callId: string }): Promise<string> {
    const fetch = this.#options.fetch ?? globalThis.fetch;
    let response: Response;
    try {
      const headers = { authorization: `Bearer ${this.#options.publicKey}` };
      response = await fetch(tokenUrl(this.#apiBase, callId), { method: "POST", headers });
    } catch (cause) {
      throw new RadistError("network_error", { cause });
    }
    const body: Partial<MintedCallToken & ErrorBody> | undefined = await response.json().catch(() => undefined);
    if (!response.ok || typeof body?.callToken !== "string") throw httpError(response.status, body);
    return body.callToken;
  }

  /**
   * Opens the devices, joins the call, and negotiates with the other peer as soon as there is one. Resolves when the
   * call is joined. While the platform cannot be reached it tries for up to 15 seconds.
   *
   * @throws RadistError `permission_denied`, `device_not_found`, `device_in_use` for the devices, before the token is
   * used; `invalid_token`, `invalid_reconnect`, `call_full`, `call_terminated`, `network_error`, … for the call
   * @example
   * const resume = JSON.parse(sessionStorage.getItem("call") ?? "null");
   * const connection = await radist.createConnection({ ...(resume ? { resume } : { callToken }), channels: ["audio"] });
   * addEventListener("pagehide", () => sessionStorage.setItem("call", JSON.stringify(connection.resumeState)));
   */
  async createConnection(options: CreateConnectionOptions): Promise<RadistConnection> {
    const channels = channelSet(options.channels);
    const credentials = "resume" in options ? options.resume : { callToken: options.callToken };
    const localStream = options.localStream ?? (await captureChannels(channels, true));
    const { publicKey, webSocketFactory, rtcConfiguration } = this.#options;
    return RadistConnection.open({
      credentials,
      url: (present) => socketUrl(this.#apiBase, publicKey, present),
      webSocketFactory: webSocketFactory ?? ((url) => new WebSocket(url)),
      rtcConfiguration,
      channels,
      localStream,
      ownsStream: options.localStream === undefined,
    });
  }

  /**
   * Loads what rooms need beyond calls, ahead of the first {@link createRoomConnection}: in a lobby, say. Joining is
   * then quicker by a round trip. Not needed otherwise.
   *
   * @throws RadistError `network_error`
   */
  static async prepareRooms(): Promise<void> {
    await loadRooms();
  }

  /**
   * Opens the devices, joins a room, and publishes. Resolves when the room is joined; what is published, and everybody
   * else's media, follows. While the platform cannot be reached it tries for up to 15 seconds. A token that does not let
   * its holder publish receives only, whatever `channels` says.
   *
   * @throws RadistError `permission_denied`, `device_not_found`, `device_in_use` for the devices, before the token is
   * used; `invalid_token`, `room_full`, `room_terminated`, `network_error`, `media_unsupported`, … for the room
   * @example
   * const room = await radist.createRoomConnection({ roomToken });
   * room.on("remotestream", (track) => room.attach(track, addTile(track)));
   */
  async createRoomConnection(options: CreateRoomConnectionOptions): Promise<RadistRoomConnection> {
    const channels = channelSet(options.channels ?? CHANNELS);
    const { publicKey, webSocketFactory, rtcConfiguration } = this.#options;
    const { openRoom } = await loadRooms();
    return openRoom(options, {
      apiBase: this.#apiBase,
      publicKey,
      channels,
      webSocketFactory: webSocketFactory ?? ((url) => new WebSocket(url)),
      rtcConfiguration,
    });
  }
}

/** Rooms bring a media stack of their own, which pages with calls alone never load. */
async function loadRooms(): Promise<typeof import("./rooms/open-room.ts")> {
  try {
    return await import("./rooms/open-room.ts");
  } catch (cause) {
    throw new RadistError("network_error", { message: "The part of the SDK for rooms could not be loaded.", cause });
  }
}
