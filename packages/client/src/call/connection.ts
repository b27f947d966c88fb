import type { CallSnapshot } from "@radist-tech/protocol";
import type { Channel, MediaKind } from "../core/channels.ts";
import { closedError } from "../core/closed-error.ts";
import { afterListening, Emitter, type Listener } from "../core/emitter.ts";
import { RadistError } from "../core/errors.ts";
import type { SendFileOptions } from "../core/files/file-transfers.ts";
import type { DataPayload } from "../core/framing.ts";
import { DATA_CHANNEL_LABEL } from "../core/framing.ts";
import { watchNetwork } from "../core/network-watch.ts";
import { PathWatch } from "../core/path-watch.ts";
import { SeatKeeper } from "../core/seat/seat-keeper.ts";
import type { ResumeStorage } from "../core/seat/stored-seat.ts";
import { type ConnectionStats, summarizeStats } from "../core/stats.ts";
import { OutgoingTracks } from "../devices/outgoing-tracks.ts";
import { CallData } from "./call-data.ts";
import { CallFiles } from "./call-files.ts";
import { CallSession } from "./call-session.ts";
import type { PeerMedia } from "./peer-media.ts";
import { emitRosterEvent } from "./roster-events.ts";
import { SignalingSocket } from "./signaling-socket.ts";
import type { ConnectionEvents, ConnectionState, Ending, ResumeState } from "./types.ts";
import type { Credentials } from "./urls.ts";

/** @internal What {@link RadistClient.createConnection} passes on. */
export interface ConnectionDeps {
  readonly credentials: Credentials;
  readonly url: (credentials: Credentials) => string;
  readonly webSocketFactory: (url: string) => WebSocket;
  readonly rtcConfiguration: RTCConfiguration | undefined;
  readonly channels: ReadonlySet<Channel>;
  readonly localStream: MediaStream | undefined;
  readonly ownsStream: boolean;
  /** Why some of the devices could not be opened. */
  readonly deviceFailures: readonly RadistError[];
  readonly resumeStorage: ResumeStorage | undefined;
}

/**
 * A seat in a call, and the media session with the other peer.
 *
 * It stays connected by itself: a lost socket is replaced while the media continues, a changed network leads to another
 * path, and a reloaded or replaced peer to a new media session. Only the `closed` event ends it.
 *
 * @example
 * const connection = await radist.createConnection({ callToken, channels: ["audio", "video", "data"] });
 * connection.on("remotestream", (stream) => { video.srcObject = stream; });
 * connection.on("message", (message) => { if (message.type === "text") show(message.text); });
 * connection.on("closed", ({ reason }) => goBack(reason));
 */
export class RadistConnection {
  readonly #events = new Emitter<ConnectionEvents>();
  readonly #channels: ReadonlySet<Channel>;
  readonly #media: OutgoingTracks;
  readonly #data: CallData;
  readonly #files: CallFiles;
  readonly #socket: SignalingSocket;
  readonly #session: CallSession;
  readonly #seat: SeatKeeper;
  readonly #stopWatching: () => void;
  readonly #path = new PathWatch(() => {
    this.#stateChanged();
    this.#report(new RadistError("no_media_path"));
  });
  /** The page shows something of the other peer. */
  #hasShown = false;
  #ending: Ending | undefined;
  #state: ConnectionState = { signaling: "connecting", media: "new" };

  private constructor(deps: ConnectionDeps) {
    this.#channels = deps.channels;
    this.#seat = new SeatKeeper(deps.resumeStorage);
    this.#media = new OutgoingTracks(deps.localStream, deps.ownsStream, {
      outgoingChanged: async (kind, track) => this.#session.link?.setTrack(kind, track),
      localStream: (stream) => this.#events.emitLasting("localstream", stream),
      screenShare: (stream) => this.#events.emit("screenshare", { active: stream !== undefined, stream }),
      stateChanged: () => this.#session.mediaChanged(),
      error: (error) => this.#report(error),
    });
    this.#data = new CallData({
      open: () => this.#events.emitLasting("datachannelopen", { label: DATA_CHANNEL_LABEL }),
      close: () => {
        this.#files.interrupt(new RadistError("data_channel_not_open"));
        this.#events.forget("datachannelopen");
        this.#events.emit("datachannelclose", { label: DATA_CHANNEL_LABEL });
      },
      message: (message) => this.#events.emit("message", message),
    });
    this.#files = new CallFiles({
      open: () => this.#session.link?.openFiles(),
      remotePeerId: () => this.remotePeerId,
      maxBytes: () => this.peerConnection?.sctp?.maxMessageSize,
      offered: (file) => this.#events.emit("file", file),
      error: (error) => this.#report(error),
    });
    this.#socket = new SignalingSocket({
      credentials: deps.credentials,
      url: deps.url,
      webSocketFactory: deps.webSocketFactory,
      handlers: {
        message: (message) => this.#session.receive(message),
        seated: (seat) => this.#seat.seated(seat.callId, seat),
        state: () => this.#stateChanged(),
        error: (error) => this.#protocolError(error),
        overflow: () => this.#session.renew(),
        ended: (ending) => this.#ended(ending),
      },
    });
    this.#session = new CallSession({
      channels: deps.channels,
      rtcConfiguration: deps.rtcConfiguration,
      media: this.#media,
      data: this.#data,
      files: this.#files.channels,
      socket: this.#socket,
      handlers: {
        roster: (event) => {
          emitRosterEvent(this.#events, event);
          if (event.type === "left" && event.reason !== "disconnected") this.#remoteGone();
          this.#stateChanged();
        },
        remoteStream: (stream) => {
          this.#hasShown = true;
          this.#events.emitLasting("remotestream", stream);
        },
        peerMedia: (media) => this.#events.emitLasting("peermedia", media),
        linkChanged: () => this.#linkChanged(),
        error: (error) => this.#report(error),
      },
    });
    this.#stopWatching = watchNetwork({
      visible: () => this.#socket.nudge(),
      network: () => {
        this.#socket.nudge();
        this.#session.networkChanged();
      },
    });
    if (deps.localStream) this.#events.emitLasting("localstream", deps.localStream);
  }

  /** @internal Joins. Rejects with a {@link RadistError} when the platform does not let the page in. */
  static async open(deps: ConnectionDeps): Promise<RadistConnection> {
    const connection = new RadistConnection(deps);
    const { credentials } = deps;
    try {
      if ("reconnectToken" in credentials) await connection.#seat.claim(credentials.callId, credentials);
    } catch (error) {
      connection.#socket.end();
      throw error;
    }
    await connection.#socket.connect();
    afterListening(() => {
      for (const failure of deps.deviceFailures) connection.#report(failure);
    });
    return connection;
  }

  /** The id of the call. */
  get callId(): string {
    return this.#socket.resumeState?.callId ?? "";
  }

  /** This side's identity in the call. It stays the same when the connection reconnects. */
  get peerId(): string {
    return this.#socket.resumeState?.peerId ?? "";
  }

  /** The other peer, while it holds its seat. */
  get remotePeerId(): string | undefined {
    return this.#session.remote?.peerId;
  }

  /** The call as the platform last described it. */
  get call(): CallSnapshot | undefined {
    return this.#session.call;
  }

  /** The state of signaling and media. `statechange` follows each change. */
  get state(): ConnectionState {
    return this.#state;
  }

  /**
   * What a reloaded page passes to `createConnection({ resume })` to return as the same peer. It changes with every
   * reconnect; `resumeStorage` has it stored each time. It opens this seat: treat it as a secret.
   */
  get resumeState(): ResumeState | undefined {
    return this.#socket.resumeState;
  }

  /** What this side sends from its devices, or the stream that the page passed. */
  get localStream(): MediaStream | undefined {
    return this.#media.stream;
  }

  /** What the other peer sends. Undefined before its first track. */
  get remoteStream(): MediaStream | undefined {
    return this.#session.link?.remoteStream;
  }

  /** What the other peer says of what it sends. Undefined while it has not said; some programs never do. */
  get peerMedia(): PeerMedia | undefined {
    return this.#session.peerMedia;
  }

  /** The shared screen, while it is shared. */
  get screenStream(): MediaStream | undefined {
    return this.#media.screen;
  }

  /** The present media session, for what this package does not offer. It is replaced when a peer joins or reloads. */
  get peerConnection(): RTCPeerConnection | undefined {
    return this.#session.link?.peer;
  }

  /** Whether there is a microphone and it is on. */
  get microphoneEnabled(): boolean {
    return this.#media.device("audio")?.enabled ?? false;
  }

  /** Whether there is a camera and it is on. */
  get cameraEnabled(): boolean {
    return this.#media.device("video")?.enabled ?? false;
  }

  /**
   * Attaches a listener; the returned function detaches it. Lasting events ({@link ConnectionEvents} marks them) reach
   * late listeners too, right after the code that attached them.
   */
  on<Name extends keyof ConnectionEvents>(event: Name, listener: Listener<ConnectionEvents[Name]>): () => void {
    return this.#events.on(event, listener);
  }

  /**
   * Opens a new socket and looks for a new path, now. Losses need no such call: the connection recovers from them itself.
   *
   * @throws RadistError `connection_closed`, or what ended the connection. Stays pending while the network is down.
   */
  async reconnect(): Promise<void> {
    if (this.#ending && !this.#ending.error) this.#assertOpen();
    await this.#socket.connect();
  }

  /** Leaves the call for good and frees the seat. Stops the devices that this package opened. Never rejects. */
  async leave(): Promise<void> {
    await this.#socket.leave();
  }

  /**
   * Sends a message to the other peer: text, an object or array as JSON, or bytes, also those of a Blob or File. What JSON
   * would lose (a Map, an Error, a function, …) is refused. Messages arrive whole and in order.
   * Resolves when the message is handed to the browser, and later than that while much is unsent: a file sent in parts,
   * each awaited, needs no other flow control. A part may have up to 64 KiB in every browser, 256 KiB in current ones.
   *
   * @throws RadistError `data_channel_not_open`, `data_too_large`, `invalid_argument`, `connection_closed`
   */
  async send(data: DataPayload): Promise<void> {
    this.#assertOpen();
    await this.#data.send(data, this.peerConnection?.sctp?.maxMessageSize);
  }

  /**
   * Sends a file, which the other peer gets as a `file` event. Messages do not wait behind it. Resolves when the other peer
   * has it whole.
   *
   * @throws RadistError `data_channel_not_open`, also when the session breaks; `file_cancelled` by the other peer;
   * `peer_not_found` while nobody is there; `receiver_too_slow` when it takes nothing for 30 seconds, as a peer without
   * this method does; `network_error` when the part of the SDK for files could not be loaded; `invalid_argument`,
   * `connection_closed`. What `signal` was aborted with.
   * @example await connection.sendFile(input.files[0], { onProgress: (bytes) => { bar.value = bytes; }, signal });
   */
  async sendFile(file: Blob, options: SendFileOptions = {}): Promise<void> {
    this.#assertOpen();
    if (!this.#data.isOpen) throw new RadistError("data_channel_not_open");
    const { remotePeerId } = this;
    const transfers = await this.#files.transfers();
    await transfers.send(file, remotePeerId === undefined ? [] : [remotePeerId], undefined, options);
  }

  /**
   * Mutes or unmutes the microphone, and whatever {@link replaceTrack} puts in its place. The device stays open.
   *
   * @throws RadistError `device_not_found` when no microphone is sent
   */
  setMicrophone(on: boolean): void {
    this.#assertOpen();
    this.#media.setEnabled("audio", on);
  }

  /**
   * Switches the camera off or on. A camera that this package opened is released while it is off, so that its light goes
   * out; a track of the page stays open, and sends black frames. What goes wrong is an `error` event.
   *
   * @throws RadistError `device_not_found` when no camera is sent
   */
  setCamera(on: boolean): void {
    this.#assertOpen();
    this.#media.setEnabled("video", on);
  }

  /**
   * Sends another track in place of the microphone or camera, or none (null). What is muted stays muted. The page keeps
   * the track and stops it itself. `localstream` follows, with a new stream.
   *
   * @throws RadistError `invalid_argument` for a track of another kind, `connection_closed`
   * @example await connection.replaceTrack("video", otherCamera.getVideoTracks()[0]);
   */
  async replaceTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    this.#assertOpen();
    this.#assertChannel(kind);
    await this.#media.replaceTrack(kind, track);
  }

  /**
   * Lets the user choose a screen, and sends it in place of the camera. Must be called from a click or key press. With
   * `{ audio: true }` its sound is sent, mixed with the microphone's, where the user shares it. While the browser's picker
   * is open, another call waits for the same choice.
   *
   * @returns the screen's stream, for the page to show
   * @throws RadistError `permission_denied` when the user chose none, `invalid_argument` without the `video` channel,
   * `connection_closed` when the call ended first: then nothing is captured
   */
  async shareScreen(options: DisplayMediaStreamOptions = {}): Promise<MediaStream> {
    this.#assertOpen();
    this.#assertChannel("video");
    // Sound that cannot be sent is not captured either.
    return this.#media.shareScreen(this.#channels.has("audio") ? options : { ...options, audio: false });
  }

  /** Sends the camera again. Closes what was about to be chosen, too. */
  async stopSharing(): Promise<void> {
    await this.#media.stopSharing();
  }

  /** Figures of the media session. Undefined while there is none. */
  async getStats(): Promise<ConnectionStats | undefined> {
    const report = await this.peerConnection?.getStats();
    return report && summarizeStats(report);
  }

  /** A page that shows what `remotestream` brings shows nothing then, and not the last picture. */
  #remoteGone(): void {
    this.#events.forget("remotestream");
    this.#events.forget("peermedia");
    if (!this.#hasShown) return;
    this.#hasShown = false;
    this.#events.emit("remotestream", new MediaStream());
  }

  #linkChanged(): void {
    if (!this.remoteStream) this.#events.forget("remotestream");
    this.#stateChanged();
  }

  #stateChanged(): void {
    const signaling = this.#socket.state;
    const found = this.peerConnection?.connectionState ?? "new";
    // Without the other peer, or without the platform, there is another reason, which the page knows.
    const isNeeded = this.peerConnection && signaling === "connected" && this.#session.remote?.status === "connected";
    this.#path.update(isNeeded ? found === "connected" : undefined);
    const media = this.#path.isMissing ? "failed" : found;
    if (signaling === this.#state.signaling && media === this.#state.media) return;
    this.#state = { signaling, media };
    this.#events.emit("statechange", this.#state);
  }

  #protocolError(error: RadistError): void {
    // The platform refused a signal that the negotiation depends on.
    if (error.code === "peer_not_connected" || error.code === "rate_limited") this.#session.renew();
    this.#report(error);
  }

  #ended(ending: Ending): void {
    this.#ending = ending;
    this.#files.interrupt(closedError(ending));
    this.#stopWatching();
    this.#path.update(undefined);
    this.#seat.ended(ending);
    this.#session.close();
    this.#media.close();
    this.#events.emitLasting("closed", ending);
  }

  #report(cause: unknown): void {
    const error = cause instanceof RadistError ? cause : new RadistError("negotiation_failed", { cause });
    if (!this.#events.emit("error", error)) console.warn(error);
  }

  #assertOpen(): void {
    if (this.#ending) throw closedError(this.#ending);
  }

  #assertChannel(kind: MediaKind): void {
    if (!this.#channels.has(kind)) {
      throw new RadistError("invalid_argument", { message: `The connection was created without the ${kind} channel.` });
    }
  }
}
