import type { Channel } from "../core/channels.ts";
import { closedError } from "../core/closed-error.ts";
import { Diagnosis } from "../core/diagnosis/diagnosis.ts";
import { Emitter } from "../core/emitter.ts";
import { RadistError } from "../core/errors.ts";
import { DATA_CHANNEL_LABEL } from "../core/framing.ts";
import { loadPart } from "../core/load-part.ts";
import { watchNetwork } from "../core/network-watch.ts";
import { PathWatch } from "../core/path-watch.ts";
import { SeatKeeper } from "../core/seat/seat-keeper.ts";
import type { ResumeStorage } from "../core/seat/stored-seat.ts";
import { OutgoingTracks } from "../devices/outgoing-tracks.ts";
import { CallData } from "./call-data.ts";
import { CallFiles } from "./call-files.ts";
import { CallSession } from "./call-session.ts";
import { emitRosterEvent } from "./roster-events.ts";
import type { SafetyWatch } from "./safety/safety-watch.ts";
import { SignalingSocket } from "./signaling-socket.ts";
import type { ConnectionEvents, ConnectionState, Ending } from "./types.ts";
import type { Credentials } from "./urls.ts";

/** @internal What {@link RadistClient.createConnection} passes on. */
export interface CallDeps {
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

/** The parts of a call that this page is in, and how they act on each other and on the page. */
export class ActiveCall {
  readonly events = new Emitter<ConnectionEvents>((event, isHeard) => {
    if (event === "safetynumber" && isHeard) void this.#watchSafetyNumber();
  });
  readonly channels: ReadonlySet<Channel>;
  readonly media: OutgoingTracks;
  readonly data: CallData;
  readonly files: CallFiles;
  readonly socket: SignalingSocket;
  readonly session: CallSession;
  readonly seat: SeatKeeper;
  state: ConnectionState = { signaling: "connecting", media: "new" };
  ending: Ending | undefined;
  readonly #stopWatching: () => void;
  readonly #path = new PathWatch(() => {
    this.#stateChanged();
    this.report(new RadistError("no_media_path"));
    this.diagnosis.report((reason) => this.socket.reportFailure(reason));
  });
  readonly diagnosis = new Diagnosis(
    () => import("./diagnose-call.ts"),
    ({ diagnoseCall }) => diagnoseCall(this.session, () => this.state),
  );
  #safetyWatch: SafetyWatch | undefined;
  /** The code for it is wanted, and could not be loaded. */
  #isSafetyMissing = false;
  /** The page shows something of the other peer. */
  #hasShown = false;

  constructor(deps: CallDeps) {
    this.channels = deps.channels;
    this.seat = new SeatKeeper(deps.resumeStorage);
    this.media = new OutgoingTracks(deps.localStream, deps.ownsStream, {
      outgoingChanged: async (kind, track) => this.session.link?.setTrack(kind, track),
      localStream: (stream) => this.events.emitLasting("localstream", stream),
      screenShare: (stream) => this.events.emit("screenshare", { active: stream !== undefined, stream }),
      stateChanged: () => this.session.mediaChanged(),
      error: (error) => this.report(error),
    });
    this.data = new CallData({
      open: () => this.events.emitLasting("datachannelopen", { label: DATA_CHANNEL_LABEL }),
      close: () => {
        this.files.interrupt(new RadistError("data_channel_not_open"));
        this.events.forget("datachannelopen");
        this.events.emit("datachannelclose", { label: DATA_CHANNEL_LABEL });
      },
      message: (message) => this.events.emit("message", message),
    });
    this.files = new CallFiles({
      open: () => this.session.link?.openFiles(),
      remotePeerId: () => this.session.remote?.peerId,
      maxBytes: () => this.session.link?.peer.sctp?.maxMessageSize,
      offered: (file) => this.events.emit("file", file),
      error: (error) => this.report(error),
    });
    this.socket = new SignalingSocket({
      credentials: deps.credentials,
      url: deps.url,
      webSocketFactory: deps.webSocketFactory,
      handlers: {
        message: (message) => this.session.receive(message),
        seated: (seat) => this.seat.seated(seat.callId, seat),
        state: () => this.#stateChanged(),
        error: (error) => this.#protocolError(error),
        overflow: () => this.session.renew(),
        ended: (ending) => this.#ended(ending),
      },
    });
    this.session = new CallSession({
      channels: deps.channels,
      rtcConfiguration: deps.rtcConfiguration,
      media: this.media,
      data: this.data,
      files: this.files.channels,
      socket: this.socket,
      handlers: {
        roster: (event) => {
          emitRosterEvent(this.events, event);
          if (event.type === "left" && event.reason !== "disconnected") this.#remoteGone();
          this.#stateChanged();
        },
        remoteStream: (stream) => {
          this.#hasShown = true;
          this.events.emitLasting("remotestream", stream);
        },
        peerMedia: (media) => this.events.emitLasting("peermedia", media),
        linkChanged: () => this.#linkChanged(),
        error: (error) => this.report(error),
      },
    });
    this.#stopWatching = watchNetwork({
      visible: () => this.socket.nudge(),
      network: () => {
        this.socket.nudge();
        this.session.networkChanged();
      },
    });
    if (deps.localStream) this.events.emitLasting("localstream", deps.localStream);
  }

  /** A page that shows what `remotestream` brings shows nothing then, and not the last picture. */
  #remoteGone(): void {
    this.events.forget("remotestream");
    this.events.forget("peermedia");
    if (!this.#hasShown) return;
    this.#hasShown = false;
    this.events.emit("remotestream", new MediaStream());
  }

  /** @throws RadistError `network_error` */
  loadSafety() {
    return loadPart("safety numbers", () => import("./safety/safety-watch.ts"));
  }

  async #watchSafetyNumber(): Promise<void> {
    this.#isSafetyMissing = false;
    try {
      const { SafetyWatch } = await this.loadSafety();
      this.#safetyWatch ??= new SafetyWatch(
        () => this.session.link?.peer,
        (change) => this.events.emitLasting("safetynumber", change),
      );
      await this.#safetyWatch.update();
    } catch (error) {
      this.#isSafetyMissing = true;
      if (!this.ending) this.report(error);
    }
  }

  #linkChanged(): void {
    if (!this.session.link?.remoteStream) this.events.forget("remotestream");
    if (!this.session.link) this.events.forget("safetynumber");
    void this.#safetyWatch?.update();
    if (this.#isSafetyMissing) void this.#watchSafetyNumber();
    this.#stateChanged();
  }

  #stateChanged(): void {
    const signaling = this.socket.state;
    const found = this.session.link?.peer.connectionState ?? "new";
    // Without the other peer, or without the platform, there is another reason, which the page knows.
    const isNeeded = this.session.link && signaling === "connected" && this.session.remote?.status === "connected";
    this.#path.update(isNeeded ? found === "connected" : undefined);
    const media = this.#path.isMissing ? "failed" : found;
    if (signaling === this.state.signaling && media === this.state.media) return;
    this.state = { signaling, media };
    this.events.emit("statechange", this.state);
  }

  #protocolError(error: RadistError): void {
    // The platform refused a signal that the negotiation depends on.
    if (error.code === "peer_not_connected" || error.code === "rate_limited") this.session.renew();
    this.report(error);
  }

  #ended(ending: Ending): void {
    this.ending = ending;
    this.files.interrupt(closedError(ending));
    this.#stopWatching();
    this.#path.update(undefined);
    this.seat.ended(ending);
    this.session.close();
    this.media.close();
    this.events.emitLasting("closed", ending);
  }

  /** What goes wrong without ending the call. */
  report(cause: unknown): void {
    const error = cause instanceof RadistError ? cause : new RadistError("negotiation_failed", { cause });
    if (!this.events.emit("error", error)) console.warn(error);
  }
}
