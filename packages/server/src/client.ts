import type {
  AccessControl,
  CallDetails,
  CallPage,
  CreatedCall,
  CreatedRoom,
  CreateRoom,
  EventPage,
  EventType,
  MintedCallToken,
  MintedRoomToken,
  MintRoomToken,
  RoomDetails,
  RoomPage,
  Usage,
  UsageInterval,
} from "@radist-tech/protocol";
import { assertOptions, instant, invalidArgument } from "./arguments.ts";
import { type EventListOptions, eventsPath } from "./event-list.ts";
import { type EventOptions, EventStream } from "./event-stream.ts";
import { type ListOptions, listPath } from "./list.ts";
import { callPath, participantPath, roomPath, withQuery } from "./paths.ts";
import * as settings from "./settings.ts";
import { type ApiRequest, send, sendForJson, type TransportOptions } from "./transport.ts";

export interface RadistServerClientOptions {
  /** The project's UUID. Default: `RADIST_PROJECT_ID`. */
  readonly projectId?: string | undefined;
  /** Default: `RADIST_API_BASE_URL`, then `https://radist.tech/api/v1`. */
  readonly apiBaseUrl?: string | undefined;
  /** Replaces the global `fetch`, for a proxy or for tests. */
  readonly fetch?: typeof fetch | undefined;
  /** How long one attempt may take, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a failed attempt is repeated where repeating is safe. Default 3. */
  readonly retries?: number | undefined;
}

/**
 * The Radist API for your backend. It holds a secret key: never send it, or this object, to a browser.
 *
 * @example
 * const radist = new RadistServerClient();
 * const { callId, callTokens } = await radist.createP2PConnection();
 */
export class RadistServerClient {
  readonly #transport: TransportOptions;
  readonly #projectPath: string;

  /**
   * @param secretKey `rad_sk_…`. Default: `RADIST_KEY`.
   * @throws RadistServerError `missing_secret_key`, `invalid_secret_key`, `missing_project_id` or `invalid_api_base_url`
   */
  constructor(secretKey?: string, options: RadistServerClientOptions = {}) {
    this.#transport = {
      secretKey: settings.secretKey(secretKey),
      baseUrl: settings.apiBaseUrl(options.apiBaseUrl),
      fetch: options.fetch ?? fetch,
      timeoutMs: options.timeoutMs ?? 10_000,
      retries: options.retries ?? 3,
    };
    this.#projectPath = `/projects/${encodeURIComponent(settings.projectId(options.projectId))}`;
  }

  /**
   * Creates a call with a token for each of its two seats.
   *
   * @param options.accessControl `private` (default): only your backend mints further tokens. `public`: whoever knows
   *   the call id and your public key may.
   * @throws RadistServerError such as `connection_limit`
   */
  async createP2PConnection(options: { accessControl?: AccessControl } = {}): Promise<CreatedCall> {
    assertOptions("createP2PConnection", options, ["accessControl"]);
    const body = { accessControl: options.accessControl ?? "private" };
    return this.#json<CreatedCall>({ method: "POST", path: "/calls", body });
  }

  /**
   * Creates a room with tokens for its first participants.
   *
   * @param options.tokens how many, 1 to 100. Default 2.
   * @param options.maxParticipants how many may be in the room at once. Default: as many as the platform carries.
   * @param options.e2ee `required`: nobody publishes without end-to-end encryption. Default `optional`.
   * @param options.metadata any JSON of at most 16 KiB; `getRoom` gives it back.
   * @param options.idleSeconds the room ends when nobody has been connected for this long. Default 3,600.
   * @throws RadistServerError such as `connection_limit`
   *
   * @example
   * const { roomId, roomTokens } = await radist.createRoom({ maxParticipants: 20 });
   */
  async createRoom(options: CreateRoom = {}): Promise<CreatedRoom> {
    assertOptions("createRoom", options, ["tokens", "maxParticipants", "e2ee", "metadata", "idleSeconds"]);
    return this.#json<CreatedRoom>({ method: "POST", path: "/rooms", body: options });
  }

  /**
   * Mints a token that lets one participant into a call or a room, once, within the token's lifetime (10 minutes unless
   * the platform is set up otherwise).
   *
   * @param target.ttlSeconds for a room: the token's lifetime, at most a day.
   * @param target.participant for a room: who it is (`identity`, `name`, `metadata`) and what it may do (`canPublish`,
   *   `canSubscribe`, both true by default).
   * @param target.duplicateIdentity for a room: what becomes of the participants that have the same `identity` when this
   *   one joins. `allow` (default): they stay, as somebody's second tab. `replace`: their connections end with
   *   `superseded`, so that nobody is in the room twice.
   * @throws RadistServerError `call_not_found`, `peers_connected` (both seats are held), `call_terminated`,
   *   `room_not_found` or `room_terminated`
   *
   * @example
   * const { connectionToken } = await radist.mintConnectionToken({
   *   roomId,
   *   participant: { identity: "user-17", name: "Ada", canPublish: false },
   * });
   */
  async mintConnectionToken(
    target: { callId: string } | ({ roomId: string } & MintRoomToken),
  ): Promise<{ connectionToken: MintedCallToken["callToken"] }> {
    assertOptions("mintConnectionToken", target, [
      "callId",
      "roomId",
      "ttlSeconds",
      "participant",
      "duplicateIdentity",
    ]);
    const { callId, roomId: room } = target as { callId?: unknown; roomId?: unknown };
    if ((callId === undefined) === (room === undefined)) {
      throw invalidArgument("mintConnectionToken takes either a callId or a roomId.");
    }
    if ("callId" in target) {
      assertOptions("mintConnectionToken for a call", target, ["callId"]);
      const path = `${callPath(target.callId)}/tokens`;
      const { callToken } = await this.#json<MintedCallToken>({ method: "POST", path });
      return { connectionToken: callToken };
    }
    const { roomId, ...body } = target;
    const path = `${roomPath(roomId)}/tokens`;
    const { roomToken } = await this.#json<MintedRoomToken>({ method: "POST", path, body });
    return { connectionToken: roomToken };
  }

  /**
   * A page of the project's calls, newest first. `page` counts from 1 and reaches row 10,000; `cursor`, that of the page
   * before, reaches all. `limit` is at most 100 (default 20).
   */
  async listCalls(options: ListOptions = {}): Promise<CallPage> {
    assertOptions("listCalls", options, ["page", "limit", "cursor"]);
    return this.#json<CallPage>({ method: "GET", path: listPath("/calls", options) });
  }

  /** A page of the project's rooms, as `listCalls` gives calls. */
  async listRooms(options: ListOptions = {}): Promise<RoomPage> {
    assertOptions("listRooms", options, ["page", "limit", "cursor"]);
    return this.#json<RoomPage>({ method: "GET", path: listPath("/rooms", options) });
  }

  /**
   * A call and who holds its seats now.
   *
   * @throws RadistServerError `call_not_found`
   */
  async getCall(callId: string): Promise<CallDetails> {
    return this.#json<CallDetails>({ method: "GET", path: callPath(callId) });
  }

  /**
   * A room and its live participants, in the order in which they joined.
   *
   * @throws RadistServerError `room_not_found`
   */
  async getRoom(roomId: string): Promise<RoomDetails> {
    return this.#json<RoomDetails>({ method: "GET", path: roomPath(roomId) });
  }

  /**
   * Ends a call for good: its sockets close, its tokens are void.
   *
   * @throws RadistServerError `call_not_found`
   */
  async endCall(callId: string): Promise<void> {
    await send(this.#transport, this.#ofProject({ method: "DELETE", path: callPath(callId) }));
  }

  /**
   * Ends a room for good: its sockets close, its tokens are void.
   *
   * @throws RadistServerError `room_not_found`
   */
  async endRoom(roomId: string): Promise<void> {
    await send(this.#transport, this.#ofProject({ method: "DELETE", path: roomPath(roomId) }));
  }

  /**
   * Removes a participant from a room. It cannot come back by itself: tokens that its identity has not used yet are
   * void, too.
   *
   * @throws RadistServerError `room_not_found` or `participant_not_found` (not there, or not any more)
   */
  async kickParticipant(participant: { roomId: string; peerId: string }): Promise<void> {
    assertOptions("kickParticipant", participant, ["roomId", "peerId"]);
    const { roomId, peerId } = participant;
    await send(this.#transport, this.#ofProject({ method: "DELETE", path: participantPath(roomId, peerId) }));
  }

  /**
   * The time that participants spent in calls and in rooms, in seconds, by the hour or day (UTC). Who is connected now
   * is counted up to the last checkpoint, at most some seconds ago.
   *
   * @param options.from where it begins. Default: 30 days before the end, or 24 hours by the hour.
   * @param options.to where it ends. Default: now.
   * @param options.interval `day` (default) or `hour`; at most 1,000 of them at once.
   * @throws RadistServerError `invalid_interval`
   */
  async getUsage(options: { from?: Date | string; to?: Date | string; interval?: UsageInterval } = {}): Promise<Usage> {
    assertOptions("getUsage", options, ["from", "to", "interval"]);
    const { from, to, interval } = options;
    const path = withQuery("/usage", { from: instant("from", from), to: instant("to", to), interval });
    return this.#json<Usage>({ method: "GET", path });
  }

  /**
   * One page of what has happened, oldest first. To keep up with it, use `events`.
   *
   * @param options.after the cursor of an event or a page to go on after. Default: from the oldest that is kept.
   * @param options.limit at most 1,000. Default 100.
   * @param options.types only events of these types.
   * @param options.subject only events about the call, room, session or project of this id.
   * @throws RadistServerError `invalid_cursor` or `cursor_expired`
   */
  async listEvents<Type extends EventType = EventType>(options: EventListOptions<Type> = {}): Promise<EventPage<Type>> {
    assertOptions("listEvents", options, ["after", "limit", "types", "subject"]);
    return this.#json<EventPage<Type>>({ method: "GET", path: eventsPath(options) });
  }

  /**
   * What happens from a cursor on, as it happens, oldest first. Outages are waited for; the iteration ends when `signal`
   * aborts, and throws what waiting cannot mend.
   *
   * @param options.after where to go on: the `cursor` that was stored last. Default: from the oldest event that is kept.
   * @param options.types only events of these types.
   * @param options.subject only events about the call, room, session or project of this id.
   * @throws RadistServerError such as `cursor_expired`, when more time has passed than events are kept
   *
   * @example
   * for await (const event of radist.events({ after: await load(), types: ["call.ended"] })) {
   *   await deal(event);
   *   await store(event.cursor);
   * }
   */
  events<Type extends EventType = EventType>(options: EventOptions<Type> = {}): EventStream<Type> {
    const page = (list: EventListOptions<Type>, signal?: AbortSignal): Promise<EventPage<Type>> =>
      this.#json<EventPage<Type>>({ method: "GET", path: eventsPath(list), signal });
    return new EventStream(options, page);
  }

  #json<T>(request: ApiRequest): Promise<T> {
    return sendForJson<T>(this.#transport, this.#ofProject(request));
  }

  #ofProject(request: ApiRequest): ApiRequest {
    return { ...request, path: this.#projectPath + request.path };
  }
}
