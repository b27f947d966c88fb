import type { CallSnapshot } from "@radist-tech/protocol";
import type { MediaKind } from "../core/channels.ts";
import { closedError } from "../core/closed-error.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import { afterListening, type Listener } from "../core/emitter.ts";
import { RadistError } from "../core/errors.ts";
import type { SendFileOptions } from "../core/files/file-transfers.ts";
import type { DataPayload } from "../core/framing.ts";
import { loadPart } from "../core/load-part.ts";
import type { ConnectionStats } from "../core/stats.ts";
import { ActiveCall, type CallDeps } from "./active-call.ts";
import type { PeerMedia } from "./peer-media.ts";
import type { ConnectionEvents, ConnectionState, ResumeState } from "./types.ts";

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
  readonly #call: ActiveCall;

  private constructor(deps: CallDeps) {
    this.#call = new ActiveCall(deps);
  }

  /** @internal Joins. Rejects with a {@link RadistError} when the platform does not let the page in. */
  static async open(deps: CallDeps): Promise<RadistConnection> {
    const connection = new RadistConnection({
      ...deps,
      rtcConfiguration: await withCertificate(deps.rtcConfiguration),
    });
    const { credentials } = deps;
    try {
      if ("reconnectToken" in credentials) await connection.#call.seat.claim(credentials.callId, credentials);
    } catch (error) {
      connection.#call.socket.end();
      throw error;
    }
    await connection.#call.socket.connect();
    afterListening(() => {
      for (const failure of deps.deviceFailures) connection.#call.report(failure);
    });
    return connection;
  }

  /** The id of the call. */
  get callId(): string {
    return this.#call.socket.resumeState?.callId ?? "";
  }

  /** This side's identity in the call. It stays the same when the connection reconnects. */
  get peerId(): string {
    return this.#call.socket.resumeState?.peerId ?? "";
  }

  /** The other peer, while it holds its seat. */
  get remotePeerId(): string | undefined {
    return this.#call.session.remote?.peerId;
  }

  /** The call as the platform last described it. */
  get call(): CallSnapshot | undefined {
    return this.#call.session.call;
  }

  /** The state of signaling and media. `statechange` follows each change. */
  get state(): ConnectionState {
    return this.#call.state;
  }

  /**
   * What a reloaded page passes to `createConnection({ resume })` to return as the same peer. It changes with every
   * reconnect; `resumeStorage` has it stored each time. It opens this seat: treat it as a secret.
   */
  get resumeState(): ResumeState | undefined {
    return this.#call.socket.resumeState;
  }

  /** What this side sends from its devices, or the stream that the page passed. */
  get localStream(): MediaStream | undefined {
    return this.#call.media.stream;
  }

  /** What the other peer sends. Undefined before its first track. */
  get remoteStream(): MediaStream | undefined {
    return this.#call.session.link?.remoteStream;
  }

  /** What the other peer says of what it sends. Undefined while it has not said; some programs never do. */
  get peerMedia(): PeerMedia | undefined {
    return this.#call.session.peerMedia;
  }

  /** The shared screen, while it is shared. */
  get screenStream(): MediaStream | undefined {
    return this.#call.media.screen;
  }

  /** The present media session, for what this package does not offer. It is replaced when a peer joins or reloads. */
  get peerConnection(): RTCPeerConnection | undefined {
    return this.#call.session.link?.peer;
  }

  /** Whether there is a microphone and it is on. */
  get microphoneEnabled(): boolean {
    return this.#call.media.device("audio")?.enabled ?? false;
  }

  /** Whether there is a camera and it is on. */
  get cameraEnabled(): boolean {
    return this.#call.media.device("video")?.enabled ?? false;
  }

  /**
   * Attaches a listener; the returned function detaches it. Lasting events ({@link ConnectionEvents} marks them) reach
   * late listeners too, right after the code that attached them.
   */
  on<Name extends keyof ConnectionEvents>(event: Name, listener: Listener<ConnectionEvents[Name]>): () => void {
    return this.#call.events.on(event, listener);
  }

  /**
   * Opens a new socket and looks for a new path, now. Losses need no such call: the connection recovers from them itself.
   *
   * @throws RadistError `connection_closed`, or what ended the connection. Stays pending while the network is down.
   */
  async reconnect(): Promise<void> {
    if (this.#call.ending && !this.#call.ending.error) this.#assertOpen();
    await this.#call.socket.connect();
  }

  /** Leaves the call for good and frees the seat. Stops the devices that this package opened. Never rejects. */
  async leave(): Promise<void> {
    await this.#call.socket.leave();
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
    await this.#call.data.send(data, this.peerConnection?.sctp?.maxMessageSize);
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
    if (!this.#call.data.isOpen) throw new RadistError("data_channel_not_open");
    const { remotePeerId } = this;
    const transfers = await this.#call.files.transfers();
    await transfers.send(file, remotePeerId === undefined ? [] : [remotePeerId], undefined, options);
  }

  /**
   * Mutes or unmutes the microphone, and whatever {@link replaceTrack} puts in its place. The device stays open.
   *
   * @throws RadistError `device_not_found` when no microphone is sent
   */
  setMicrophone(on: boolean): void {
    this.#assertOpen();
    this.#call.media.setEnabled("audio", on);
  }

  /**
   * Switches the camera off or on. A camera that this package opened is released while it is off, so that its light goes
   * out; a track of the page stays open, and sends black frames. What goes wrong is an `error` event.
   *
   * @throws RadistError `device_not_found` when no camera is sent
   */
  setCamera(on: boolean): void {
    this.#assertOpen();
    this.#call.media.setEnabled("video", on);
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
    await this.#call.media.replaceTrack(kind, track);
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
    return this.#call.media.shareScreen(this.#call.channels.has("audio") ? options : { ...options, audio: false });
  }

  /** Sends the camera again. Closes what was about to be chosen, too. */
  async stopSharing(): Promise<void> {
    await this.#call.media.stopSharing();
  }

  /**
   * Figures of the media session. Undefined while there is none.
   *
   * @throws RadistError `network_error` when the part of the SDK for it could not be loaded
   */
  async getStats(): Promise<ConnectionStats | undefined> {
    const { summarizeStats } = await loadPart("statistics", () => import("../core/stats.ts"));
    const report = await this.peerConnection?.getStats();
    return report && summarizeStats(report);
  }

  /**
   * A number that both sides read aloud to each other: when it is the same, nobody is in between who could listen, not even
   * the platform. It follows from the certificates of both sides (DTLS), which stay for as long as this connection object
   * exists. Compare it by a way that nobody can forge, such as each other's voice. `safetynumber` follows each change.
   *
   * @returns twelve groups of five digits; undefined while no media session is connected, on a page without HTTPS, and when
   * a session description leaves it open whose certificate is accepted
   * @throws RadistError `network_error` when the part of the SDK for it could not be loaded
   */
  async getSafetyNumber(): Promise<string | undefined> {
    const { safetyNumberOf } = await this.#call.loadSafety();
    return safetyNumberOf(this.peerConnection);
  }

  /**
   * Finds out why media does not get through: which candidates were gathered and tried, which STUN and TURN servers
   * answered, what is in use, and what to try. Takes up to 6 seconds while servers are still being asked. Contains no
   * addresses but those of the servers.
   *
   * @throws RadistError `network_error` when the part of the SDK for it could not be loaded
   * @example
   * connection.on("error", async ({ code }) => {
   *   if (code === "no_media_path") show(await connection.diagnose());
   * });
   */
  diagnose(): Promise<ConnectionDiagnosis> {
    return this.#call.diagnosis.run();
  }

  #assertOpen(): void {
    if (this.#call.ending) throw closedError(this.#call.ending);
  }

  #assertChannel(kind: MediaKind): void {
    if (!this.#call.channels.has(kind)) {
      throw new RadistError("invalid_argument", { message: `The connection was created without the ${kind} channel.` });
    }
  }
}

/** Longer than any call: by default it is a month, after which no other session could begin. */
const CERTIFICATE_MS = 365 * 24 * 3_600_000;

/** One certificate for all media sessions of a connection, so that their safety number stays the same. */
async function withCertificate(own: RTCConfiguration = {}): Promise<RTCConfiguration> {
  // Without WebRTC there will be no session that needs one.
  if (own.certificates || !globalThis.RTCPeerConnection) return own;
  const ecdsa: EcKeyGenParams & { expires: number } = { name: "ECDSA", namedCurve: "P-256", expires: CERTIFICATE_MS };
  try {
    return { ...own, certificates: [await RTCPeerConnection.generateCertificate(ecdsa)] };
  } catch {
    // Each session then makes its own, and has a number of its own.
    return own;
  }
}
