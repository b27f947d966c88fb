import type { Channel } from "../core/channels.ts";
import { closedError } from "../core/closed-error.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import { Emitter } from "../core/emitter.ts";
import { RadistError } from "../core/errors.ts";
import type { SendFileOptions } from "../core/files/file-transfers.ts";
import type { DataPayload } from "../core/framing.ts";
import { loadPart } from "../core/load-part.ts";
import type { Captured } from "../devices/capture.ts";
import { assertPresent } from "./messages/room-data.ts";
import { ReceivedTrack } from "./receiving/remote-track.ts";
import { RoomSession, type RoomSessionDeps } from "./room-session.ts";
import type {
  PublishedTrack,
  PublishOptions,
  RadistRoomConnection,
  RemoteTrack,
  RoomEvents,
  RoomMediaState,
  RoomParticipant,
  RoomSource,
  RoomState,
  RoomStats,
} from "./types.ts";

/** The room connection that a page holds. */
export class RoomConnection implements RadistRoomConnection {
  readonly #events = new Emitter<RoomEvents>((event, isHeard) => {
    if (event === "levels") this.#session.levels.set(isHeard);
  });
  readonly #channels: ReadonlySet<Channel>;
  readonly #session: RoomSession;

  private constructor(deps: RoomSessionDeps) {
    this.#channels = deps.channels;
    this.#session = new RoomSession(deps, this.#events);
  }

  /** Joins. Rejects with a {@link RadistError} when the platform does not let the page in. */
  static async open(deps: RoomSessionDeps): Promise<RoomConnection> {
    const connection = new RoomConnection(deps);
    const { socket, seat } = connection.#session;
    const { credentials } = deps;
    try {
      if ("resumeToken" in credentials) await seat.claim(credentials.roomId, credentials);
    } catch (error) {
      socket.end({ reason: "left" });
      throw error;
    }
    await socket.connect();
    return connection;
  }

  /** Publishes the devices that were opened for this connection. */
  add(captured: Captured): void {
    this.#session.add(captured);
  }

  get roomId(): string {
    return this.#session.identity.roomId;
  }

  get peerId(): string {
    return this.#session.identity.peerId;
  }

  get state(): RoomState {
    return this.#session.state;
  }

  get mediaState(): RoomMediaState {
    return this.#session.mediaState;
  }

  get participants(): ReadonlyMap<string, RoomParticipant> {
    return this.#session.participants.present;
  }

  get activeSpeaker(): string | undefined {
    return this.#session.activeSpeaker;
  }

  get published(): ReadonlyMap<RoomSource, PublishedTrack> {
    return this.#session.publications.published;
  }

  get localStream(): MediaStream | undefined {
    return this.#session.publications.localStream;
  }

  get screenStream(): MediaStream | undefined {
    return this.#session.publications.screenStream;
  }

  get canPublish(): boolean {
    return this.#session.grants.canPublish;
  }

  get canSubscribe(): boolean {
    return this.#session.grants.canSubscribe;
  }

  on<Name extends keyof RoomEvents>(event: Name, listener: (payload: RoomEvents[Name]) => void): () => void {
    let isListening = true;
    const off = this.#events.on(event, listener);
    for (const payload of this.#lasting(event)) {
      queueMicrotask(() => {
        if (isListening && this.#lasting(event).includes(payload)) listener(payload);
      });
    }
    return () => {
      isListening = false;
      off();
    };
  }

  async publish(options: PublishOptions): Promise<PublishedTrack> {
    this.#assertOpen();
    if (!this.canPublish) throw new RadistError("not_allowed");
    return this.#session.publications.publish(options);
  }

  async setMuted(source: RoomSource, muted: boolean): Promise<void> {
    this.#assertOpen();
    const published = this.#session.publications.published.get(source);
    if (!published) throw new RadistError("device_not_found", { message: `The ${source} is not published.` });
    await (muted ? published.mute() : published.unmute());
  }

  attach(track: RemoteTrack, element: HTMLMediaElement): () => void {
    return this.#session.views.attach(received(track), element);
  }

  setPriority(track: RemoteTrack, priority: number): void {
    this.#assertOpen();
    this.#session.setPriority(received(track), priority);
  }

  async send(data: DataPayload, { to }: { readonly to?: string } = {}): Promise<void> {
    this.#assertOpen();
    this.#assertData();
    assertPresent(to, this.participants);
    await this.#session.data.send(data, to);
  }

  async sendFile(file: Blob, options: SendFileOptions & { readonly to?: string } = {}): Promise<void> {
    this.#assertOpen();
    this.#assertData();
    assertPresent(options.to, this.participants);
    const receivers = options.to === undefined ? [...this.participants.keys()] : [options.to];
    await this.#session.files.send(file, receivers, options.to, options);
  }

  async getStats(): Promise<RoomStats> {
    const { summarizeStats } = await loadPart("statistics", () => import("../core/stats.ts"));
    const { send, recv } = this.#session.media.session ?? {};
    const [sent, received] = await Promise.all([send?.getStats(), recv?.getStats()]);
    return { send: sent && summarizeStats(sent), receive: received && summarizeStats(received) };
  }

  diagnose(): Promise<ConnectionDiagnosis> {
    return this.#session.diagnosis.run();
  }

  async reconnect(): Promise<void> {
    const { ending } = this.#session;
    if (ending && !ending.error) this.#assertOpen();
    await this.#session.reconnect();
  }

  async leave(): Promise<void> {
    await this.#session.socket.leave();
  }

  /** What a late listener is called with. */
  #lasting<Name extends keyof RoomEvents>(event: Name): readonly RoomEvents[Name][] {
    const present: readonly unknown[] =
      event === "participantjoined"
        ? [...this.participants.values()]
        : event === "remotestream"
          ? [...this.#session.participants.tracks()].filter(({ isAnnounced }) => isAnnounced)
          : [];
    return present as readonly RoomEvents[Name][];
  }

  #assertData(): void {
    if (this.#channels.has("data")) return;
    throw new RadistError("invalid_argument", { message: "The connection was created without the data channel." });
  }

  #assertOpen(): void {
    if (this.#session.ending) throw closedError(this.#session.ending);
  }
}

function received(track: RemoteTrack): ReceivedTrack {
  if (track instanceof ReceivedTrack) return track;
  throw new RadistError("invalid_argument", { message: "This is not a track of a participant of this room." });
}
