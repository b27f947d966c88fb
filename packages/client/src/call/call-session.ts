import type { CallSnapshot, P2PServerMessage } from "@radist-tech/protocol";
import type { Channel } from "../core/channels.ts";
import { RadistError } from "../core/errors.ts";
import { withIceServers } from "../core/ice-servers.ts";
import type { CallData } from "./call-data.ts";
import { readSignal } from "./negotiation.ts";
import type { OutgoingMedia } from "./outgoing-media.ts";
import { PeerLink, type PeerLinkOptions } from "./peer-link.ts";
import { isSameMedia, MEDIA_STATE, type PeerMedia, readPeerMedia } from "./peer-media.ts";
import { type LinkRole, Peering } from "./peering.ts";
import { type RemotePeer, type RosterEvent, updateRemotePeer } from "./roster.ts";
import type { SignalingSocket } from "./signaling-socket.ts";

export interface CallSessionHandlers {
  roster(event: RosterEvent): void;
  remoteStream(stream: MediaStream): void;
  /** What the other peer says of its media. */
  peerMedia(media: PeerMedia): void;
  /** The link was replaced or closed, or its state changed. */
  linkChanged(): void;
  error(error: RadistError): void;
}

export interface CallSessionOptions {
  readonly channels: ReadonlySet<Channel>;
  readonly rtcConfiguration: RTCConfiguration | undefined;
  readonly media: OutgoingMedia;
  readonly data: CallData;
  readonly files: CallData;
  readonly socket: Pick<SignalingSocket, "send" | "nudge" | "state">;
  readonly handlers: CallSessionHandlers;
}

/** Turns the platform's messages into media sessions: which peer to negotiate with, and when to look for another path. */
export class CallSession {
  readonly #options: CallSessionOptions;
  readonly #peering = new Peering<PeerLink>((role, renew) => this.#createLink(role, renew));
  #call: CallSnapshot | undefined;
  #remote: RemotePeer;
  #ownPeerId: string | undefined;
  #iceServers: RTCIceServer[] = [];
  #resumed = false;
  /** Undefined while the other peer has not said; some never do, and are not told either. */
  #peerMedia: PeerMedia | undefined;
  #toldMedia: PeerMedia | undefined;

  constructor(options: CallSessionOptions) {
    this.#options = options;
  }

  get call(): CallSnapshot | undefined {
    return this.#call;
  }

  get remote(): RemotePeer {
    return this.#remote;
  }

  get link(): PeerLink | undefined {
    return this.#peering.link;
  }

  /** The STUN and TURN servers that are asked. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#configuration().iceServers ?? [];
  }

  get peerMedia(): PeerMedia | undefined {
    return this.#peerMedia;
  }

  receive(message: P2PServerMessage): void {
    const earlier = this.#peering.link;
    if (message.type === "call_joined" || message.type === "call_reconnected") {
      this.#resumed = this.#ownPeerId === undefined && message.type === "call_reconnected";
      this.#ownPeerId = message.peerId;
      if (message.iceServers) this.#useIceServers(message.iceServers as RTCIceServer[]);
    }
    if (message.type === "ice-servers") this.#useIceServers(message.iceServers as RTCIceServer[]);
    const { remote, events } = updateRemotePeer(this.#remote, message, this.#ownPeerId);
    this.#remote = remote;
    if ("call" in message) this.#call = message.call;
    for (const event of events) {
      if (event.type === "joined" || (event.type === "left" && event.reason !== "disconnected"))
        this.#peerMedia = this.#toldMedia = undefined;
      this.#peering.apply(event, this.#ownPeerId ?? "", this.#resumed);
      this.#options.handlers.roster(event);
    }
    if (message.type === "signal") {
      this.#receiveMedia(message.fromPeerId, readPeerMedia(message.signalType, message.payload));
      const signal = readSignal(message.signalType, message.payload);
      if (signal) this.#peering.receive(message.fromPeerId, signal);
    }
    const link = this.#peering.link;
    if (link && link === earlier) {
      if (message.type === "call_reconnected") this.#peering.reconnected();
      if (this.#needsPath(message, link)) link.restartIce();
    }
    if (earlier && !link) this.#linkGone();
  }

  /** The network changed, so that the path to the other peer may have to be another one. */
  networkChanged(): void {
    if (this.#remote?.status === "connected") this.#peering.link?.restartIce();
  }

  /** This side's mute, camera or screen changed. */
  mediaChanged(): void {
    const { media, socket } = this.#options;
    const { state } = media;
    if (!this.#remote || !this.#peerMedia || isSameMedia(this.#toldMedia, state)) return;
    this.#toldMedia = state;
    const { peerId: targetPeerId } = this.#remote;
    socket.send({ type: "signal", targetPeerId, signalType: MEDIA_STATE, payload: { media: { ...state } } });
  }

  /** Signals were lost, so that it is uncertain what the peers agreed on. */
  renew(): void {
    this.#peering.renew();
  }

  close(): void {
    this.#peering.close();
    this.#linkGone();
  }

  #receiveMedia(fromPeerId: string, media: PeerMedia | undefined): void {
    if (!media || fromPeerId !== this.#remote?.peerId) return;
    const isNews = !isSameMedia(this.#peerMedia, media);
    this.#peerMedia = media;
    if (isNews) this.#options.handlers.peerMedia(media);
    // It may have changed since the offer that the other side answers.
    this.mediaChanged();
  }

  /** Whether this side is back after an outage, or the other side is back and the path is not. */
  #needsPath(message: P2PServerMessage, link: PeerLink): boolean {
    if (message.type === "call_reconnected") return this.#remote?.status === "connected";
    return message.type === "peer_reconnected" && /disconnected|failed/.test(link.peer.iceConnectionState);
  }

  #useIceServers(iceServers: RTCIceServer[]): void {
    this.#iceServers = iceServers;
    try {
      // Applies to what is gathered from now on: the present path stays.
      this.#peering.link?.peer.setConfiguration(this.#configuration());
    } catch (cause) {
      this.#options.handlers.error(new RadistError("negotiation_failed", { cause }));
    }
  }

  #configuration(): RTCConfiguration {
    return withIceServers(this.#options.rtcConfiguration, this.#iceServers);
  }

  #createLink(role: LinkRole, renew: PeerLinkOptions["renew"]): PeerLink {
    const { channels, media, data, files, socket, handlers } = this.#options;
    const remotePeerId = role.remotePeerId as NonNullable<RemotePeer>["peerId"];
    data.reset();
    files.reset();
    const link: PeerLink = new PeerLink({
      role,
      renew,
      configuration: this.#configuration(),
      channels,
      media,
      handlers: {
        send: (signalType, payload) => {
          const withMedia = signalType === "ice-candidate" ? payload : { ...payload, media: { ...media.state } };
          if (withMedia !== payload) this.#toldMedia = media.state;
          socket.send({ type: "signal", targetPeerId: remotePeerId, signalType, payload: withMedia });
        },
        remoteStream: (stream) => handlers.remoteStream(stream),
        dataChannel: (channel, isRemote) => data.add(channel, isRemote),
        filesChannel: (channel, isRemote) => files.add(channel, isRemote),
        stateChanged: () => {
          if (link.peer.connectionState === "connected") this.#peering.established();
          handlers.linkChanged();
        },
        pathLost: () => {
          socket.nudge();
          this.networkChanged();
        },
        broken: (cause) => {
          handlers.error(new RadistError("negotiation_failed", { cause }));
          this.#peering.renew();
        },
      },
    });
    // Not before it is the present link: it may have replaced another one.
    queueMicrotask(() => handlers.linkChanged());
    return link;
  }

  #linkGone(): void {
    this.#options.data.reset();
    this.#options.files.reset();
    this.#options.handlers.linkChanged();
  }
}
