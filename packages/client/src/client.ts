import type { ErrorBody, MintedCallToken } from "@radist-tech/protocol";
import { RadistConnection } from "./call/connection.ts";
import type { ResumeState } from "./call/types.ts";
import { socketUrl, tokenUrl } from "./call/urls.ts";
import { DEFAULT_API_BASE_URL, resolveApiBase } from "./core/api-base.ts";
import type { Channel } from "./core/channels.ts";
import { httpError, RadistError } from "./core/errors.ts";
import { loadPart } from "./core/load-part.ts";
import type { ResumeStorage } from "./core/seat/stored-seat.ts";
import { captureChannels } from "./devices/capture.ts";
import type { CreateRoomConnectionOptions, RadistRoomConnection } from "./room/types.ts";

export interface RadistClientOptions {
  /** The project's public key, `rad_pk_…`. Not a secret. */
  readonly publicKey: string;
  /**
   * For every RTCPeerConnection. Its `iceServers`, if any, replace the platform's, whose TURN credentials are renewed while
   * a connection lasts.
   */
  readonly rtcConfiguration?: RTCConfiguration | undefined;
  /** Replaces the browser's `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Replaces `new WebSocket(url)`. */
  readonly webSocketFactory?: ((url: string) => WebSocket) | undefined;
  /**
   * The platform's API: its whole base, `https://calls.example.com/api/v1`; an origin, which means its `/api/v1`; or a
   * path on the page's own origin, `/api/v1`. Default: `https://radist.tech/api/v1`.
   */
  readonly apiBaseUrl?: string | undefined;
}

/** What a connection carries, and how it joins the call: by a new token, or as an earlier peer. */
export type CreateConnectionOptions = {
  /**
   * At least one of `audio`, `video`, `data`. The microphone and camera are opened for these kinds, and the same kinds
   * are received.
   */
  readonly channels: readonly Channel[];
  /**
   * Sent in place of the microphone and camera. Its tracks still belong to the page and are never stopped. A kind without
   * a track in it is received only, and `new MediaStream()` sends nothing at all.
   */
  readonly localStream?: MediaStream;
  /**
   * Where the seat is stored as soon as there is one, for a page that is reloaded or discarded: `sessionStorage`.
   * {@link storedSeat} reads it. It is removed when the connection has ended for good.
   */
  readonly resumeStorage?: ResumeStorage;
} & (
  | { /** `ct_…`, good for one join. */ readonly callToken: string }
  | {
      /** {@link storedSeat}, or {@link RadistConnection.resumeState} of the page before. */ readonly resume: ResumeState;
    }
);

const CHANNELS: readonly Channel[] = ["audio", "video", "data"];

function channelSet(channels: readonly Channel[]): ReadonlySet<Channel> {
  if (channels.length === 0 || channels.some((channel) => !CHANNELS.includes(channel))) {
    throw new RadistError("invalid_argument", { message: "channels must have at least one of audio, video, data." });
  }
  return new Set(channels);
}

/** A secret key opens the whole project: what comes here is not sent anywhere, not even to be refused. */
function refuseSecret(credential: string): void {
  if (!credential.startsWith("rad_sk_")) return;
  const message =
    "This is a secret key, which must never be in a browser. Use the project's public key (rad_pk_…), and revoke this one.";
  throw new RadistError("invalid_argument", { message });
}

function assertToken(name: string, token: unknown): void {
  if (typeof token !== "string" || token === "") {
    throw new RadistError("invalid_argument", { message: `${name} is missing.` });
  }
  refuseSecret(token);
}

/**
 * Joins a project's calls and rooms.
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
    if (!options?.publicKey) throw new RadistError("invalid_argument", { message: "publicKey is missing." });
    refuseSecret(options.publicKey);
    this.#options = options;
    this.#apiBase = resolveApiBase(options.apiBaseUrl ?? DEFAULT_API_BASE_URL, globalThis.location?.href);
  }

  /**
   * Mints a participant token for a public call. For a private call, mint it in your backend.
   *
   * @returns `ct_…`, good for one join within ten minutes
   * @throws RadistError `call_private`, `call_not_found`, `peers_connected`, `call_terminated`, `network_error`, …
   */
  async mintToken({ callId }: { readonly callId: string }): Promise<string> {
    if (typeof callId !== "string" || callId === "") {
      throw new RadistError("invalid_argument", { message: "callId is missing." });
    }
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
   * Opens the devices, joins the call, and negotiates with the other peer as soon as there is one. Resolves when it has
   * joined. It keeps trying for up to 15 seconds while the platform cannot be reached. When one of two devices is missing
   * or refused, it joins with the other one, and `error` says why.
   *
   * @throws RadistError `permission_denied`, `device_not_found`, `device_in_use` when no device can be opened, before the
   * token is used; `seat_in_use` when another tab has the seat to be resumed; `invalid_token`, `invalid_reconnect`,
   * `call_full`, `call_terminated`, `network_error`, … for the call
   * @example
   * const resume = storedSeat(sessionStorage, callId);
   * const by = resume ? { resume } : { callToken };
   * const connection = await radist.createConnection({ ...by, channels: ["audio"], resumeStorage: sessionStorage });
   */
  async createConnection(options: CreateConnectionOptions): Promise<RadistConnection> {
    if (!("resume" in options)) assertToken("callToken", options.callToken);
    const channels = channelSet(options.channels);
    const credentials = "resume" in options ? options.resume : { callToken: options.callToken };
    const captured = options.localStream ? undefined : await captureChannels(channels, true);
    const { tracks = [], failures = [] } = captured ?? {};
    const [failure] = failures;
    if (failure && tracks.length === 0) throw failure;
    const { publicKey, webSocketFactory, rtcConfiguration } = this.#options;
    return RadistConnection.open({
      credentials,
      url: (present) => socketUrl(this.#apiBase, publicKey, present),
      webSocketFactory: webSocketFactory ?? ((url) => new WebSocket(url)),
      rtcConfiguration,
      channels,
      localStream: options.localStream ?? (tracks.length > 0 ? new MediaStream([...tracks]) : undefined),
      ownsStream: captured !== undefined,
      deviceFailures: failures,
      resumeStorage: options.resumeStorage,
    });
  }

  /**
   * Loads the code for rooms before the first {@link createRoomConnection}, for example in a lobby. Joining is then
   * quicker by a round trip. Optional.
   *
   * @throws RadistError `network_error`
   */
  static async prepareRooms(): Promise<void> {
    await loadRooms();
  }

  /**
   * Joins a room, opens the devices, and publishes. Resolves when it has joined and the user has answered; publishing, and
   * the other participants' media, follow. It keeps trying for up to 15 seconds while the platform cannot be reached. With
   * a token that does not allow publishing it only receives, whatever `channels` says, and asks for no device. A device
   * that is missing or refused does not end the join: `error` says why.
   *
   * @throws RadistError `seat_in_use` when another tab has the seat to be resumed; `invalid_token`, `invalid_reconnect`,
   * `room_full`, `room_terminated`, `network_error`, `media_unsupported`, … for the room
   * @example
   * const room = await radist.createRoomConnection({ roomToken });
   * room.on("remotestream", (track) => room.attach(track, addTile(track)));
   */
  async createRoomConnection(options: CreateRoomConnectionOptions): Promise<RadistRoomConnection> {
    if (options.resume === undefined) assertToken("roomToken", options.roomToken);
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

/** Rooms need a media stack that pages with calls alone never load. */
const loadRooms = () => loadPart("rooms", () => import("./room/open-room.ts"));
