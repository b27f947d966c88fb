import type { Channel, MediaKind } from "../core/channels.ts";
import { FILES_LABEL } from "../core/files/files-label.ts";
import { DATA_CHANNEL_LABEL } from "../core/framing.ts";
import { watchIce } from "./ice-watch.ts";
import type { IncomingSignal } from "./negotiation.ts";
import { Negotiator, type SignalName } from "./negotiator.ts";
import type { OutgoingMedia } from "./outgoing-media.ts";
import type { Link, LinkRole } from "./peering.ts";
import { addTracks, declineKinds, expectKinds, setTrack } from "./transceivers.ts";

export interface LinkHandlers {
  send(name: SignalName, payload: object): void;
  /** The other peer's tracks changed; the stream may be empty. */
  remoteStream(stream: MediaStream): void;
  dataChannel(channel: RTCDataChannel, isRemote: boolean): void;
  filesChannel(channel: RTCDataChannel, isRemote: boolean): void;
  stateChanged(): void;
  /** The path broke; an ICE restart may help. */
  pathLost(): void;
  /** This session cannot continue. */
  broken(error?: unknown): void;
}

export interface PeerLinkOptions {
  readonly role: LinkRole;
  readonly renew: (signals: IncomingSignal[]) => void;
  readonly configuration: RTCConfiguration;
  readonly channels: ReadonlySet<Channel>;
  readonly media: OutgoingMedia;
  readonly handlers: LinkHandlers;
}

/** How long the polite side leaves the first offer to the other side. */
const FIRST_OFFER_MS = 1_000;

/** One RTCPeerConnection with the other peer, with its tracks, its data channel and its negotiation. */
export class PeerLink implements Link {
  readonly peer: RTCPeerConnection;
  /** The last error of each STUN and TURN server, by its URL. */
  readonly iceErrors = new Map<string, RTCPeerConnectionIceErrorEvent>();
  /** It was connected at some time. */
  hasWorked = false;
  readonly #options: PeerLinkOptions;
  readonly #negotiator: Negotiator;
  readonly #remote = new MediaStream();
  readonly #stopWatching: () => void;
  readonly #stop = new AbortController();
  #remoteChanged = false;
  #firstOfferTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PeerLinkOptions) {
    this.#options = options;
    const { role, handlers } = options;
    const peer = new RTCPeerConnection(options.configuration);
    this.peer = peer;
    this.#negotiator = new Negotiator({
      peer,
      isPolite: role.isPolite,
      // Not by randomUUID, which pages without HTTPS lack: they cannot capture, but can receive and exchange data.
      session: crypto.getRandomValues(new Uint32Array(4)).join("-"),
      send: (name, payload) => handlers.send(name, payload),
      beforeFirstOffer: (sdp) => this.#prepareAnswer(sdp),
      afterRemoteDescription: () => this.#remoteApplied(),
      renew: options.renew,
      failed: (error) => handlers.broken(error),
    });
    const listen = { signal: this.#stop.signal };
    peer.addEventListener("negotiationneeded", () => this.#negotiator.offer(), listen);
    peer.addEventListener(
      "icecandidate",
      (event) => this.#negotiator.sendCandidate(event.candidate?.toJSON() ?? null),
      listen,
    );
    peer.addEventListener("track", (event) => this.#receiveTrack(event), listen);
    peer.addEventListener("datachannel", ({ channel }) => this.#receiveChannel(channel), listen);
    peer.addEventListener("icecandidateerror", (event) => this.iceErrors.set(event.url, event), listen);
    peer.addEventListener(
      "connectionstatechange",
      () => {
        this.hasWorked ||= peer.connectionState === "connected";
        handlers.stateChanged();
      },
      listen,
    );
    this.#stopWatching = watchIce(peer, handlers);
    if (role.isInitiator) this.#start();
    else this.#firstOfferTimer = setTimeout(() => this.#start(), FIRST_OFFER_MS);
  }

  get isBound(): boolean {
    return this.#negotiator.isBound;
  }

  /** Undefined until the other peer sends a track. */
  get remoteStream(): MediaStream | undefined {
    return this.#remote.getTracks().length > 0 ? this.#remote : undefined;
  }

  receive(signal: IncomingSignal): void {
    this.#negotiator.receive(signal);
  }

  repeat(): void {
    this.#negotiator.repeat();
  }

  /** Looks for another path; media keeps the present one until there is another. */
  restartIce(): void {
    this.peer.restartIce();
  }

  /** Sends another track of this kind, or none. */
  async setTrack(kind: MediaKind, track: MediaStreamTrack | null): Promise<void> {
    // Before the first offer or answer there is nothing to replace: it will take the track that is sent then.
    if (this.#negotiator.hasStarted && this.#options.channels.has(kind))
      await setTrack(this.peer, kind, track, this.#options.media.announced);
  }

  /** Opens the channel for files: not before it is needed, since programs without this package may expect one channel. */
  openFiles(): void {
    this.#options.handlers.filesChannel(this.peer.createDataChannel(FILES_LABEL), false);
  }

  close(): void {
    clearTimeout(this.#firstOfferTimer);
    this.#stop.abort();
    this.#stopWatching();
    this.#negotiator.close();
    this.peer.close();
  }

  /** Adds everything that belongs in an offer. `negotiationneeded` follows. */
  #start(): void {
    if (!this.#negotiator.start()) return;
    const { channels, media } = this.#options;
    addTracks(this.peer, channels, media);
    expectKinds(this.peer, channels);
    if (channels.has("data")) this.#createChannel();
  }

  #prepareAnswer(sdp: string): void {
    // Tracks added before the offer is applied are matched to its m-lines; later ones would need another round trip.
    addTracks(this.peer, this.#options.channels, this.#options.media);
    // The side that offers creates the channel; an offer without one comes from a peer that did not ask for data.
    if (this.#options.channels.has("data") && !/^m=application /m.test(sdp)) this.#createChannel();
  }

  #remoteApplied(): void {
    declineKinds(this.peer, this.#options.channels);
    // Once for all tracks of a description: they are added and removed one by one while it is applied.
    if (this.#remoteChanged) this.#options.handlers.remoteStream(this.#remote);
    this.#remoteChanged = false;
  }

  #createChannel(): void {
    this.#options.handlers.dataChannel(this.peer.createDataChannel(DATA_CHANNEL_LABEL), false);
  }

  #receiveChannel(channel: RTCDataChannel): void {
    const { channels, handlers } = this.#options;
    if (channel.label !== DATA_CHANNEL_LABEL && channel.label !== FILES_LABEL) return;
    // Closed, so that the sender notices; ignoring it would lose messages silently.
    if (!channels.has("data")) channel.close();
    else if (channel.label === FILES_LABEL) handlers.filesChannel(channel, true);
    else handlers.dataChannel(channel, true);
  }

  #receiveTrack({ track, streams }: RTCTrackEvent): void {
    if (!this.#options.channels.has(track.kind as MediaKind)) return;
    this.#remote.addTrack(track);
    this.#remoteChanged = true;
    const removed = (event: MediaStreamTrackEvent) => {
      this.#remote.removeTrack(event.track);
      this.#remoteChanged = true;
    };
    for (const stream of streams) stream.addEventListener("removetrack", removed, { signal: this.#stop.signal });
  }
}
