import type { RoomLeftReason } from "@radist-tech/protocol";
import type { RadistError } from "../errors.ts";
import type { ConnectionStats } from "../stats.ts";
import type { Channel, DataMessage, DataPayload, MediaKind } from "../types.ts";

/**
 * What a track shows or plays. This package publishes `microphone`, `camera`, `screen` and `screen-audio`; other
 * programs in the room may publish others.
 */
export type RoomSource = "microphone" | "camera" | "screen" | "screen-audio" | (string & {});

/** What {@link RadistRoomConnection.publish} takes. The sound of a shared screen comes along with `screen`. */
export type PublishSource = "microphone" | "camera" | "screen";

/**
 * `vp8` is what every browser sends and receives, in three sizes at once. `vp9` sends less for the same picture and costs
 * more CPU; it has three sizes from Chromium, one from others. `av1` sends least and costs most, in one size.
 */
export type VideoCodec = "vp8" | "vp9" | "h264" | "av1";

/** How a room is entered, and what this page sends and receives there. */
export interface CreateRoomConnectionOptions {
  /** `ct_…` of the room, from your backend; good for one join. */
  readonly roomToken: string;
  /**
   * Out of `audio`, `video`, `data`, as for calls: the microphone and camera are opened and published for what is
   * named, and the same kinds are received. Default: all three.
   */
  readonly channels?: readonly Channel[];
  /**
   * Published in place of the microphone and camera. Its tracks stay the page's: they are never stopped. A stream
   * without a track of a kind receives that kind only, and `new MediaStream()` publishes nothing.
   */
  readonly localStream?: MediaStream;
  /** For camera and screen. Default `vp8`; one that the browser or the room lacks gives way to `vp8`. */
  readonly codec?: VideoCodec;
  /**
   * Sends each moment of the microphone twice (RED, RFC 2198), and takes the same of others, so that a lost packet is not
   * heard. Costs about 30 kbit/s more a voice. Default true; browsers without it (Firefox) go on without.
   */
  readonly redundantAudio?: boolean;
}

/** `reconnecting`: the way to the platform, or the media's own way, is lost and being mended. `closed` is final. */
export type RoomState = "connecting" | "connected" | "reconnecting" | "closed";

/**
 * Why a room connection is over: `left` here; `kicked` by the backend; `terminated`, the room has ended; `superseded`,
 * another page took over this participant; `expired`, away for too long; `failed`, see the error.
 */
export type RoomClosedReason = "left" | "kicked" | "terminated" | "superseded" | "expired" | "failed";

export interface RoomEnding {
  readonly reason: RoomClosedReason;
  /** The WebSocket close code, where the platform closed. */
  readonly code?: number;
  readonly error?: RadistError;
}

/** The layers of a simulcast or SVC video that arrive now, 0 is the lowest. */
export interface VideoLayers {
  readonly spatial: number;
  readonly temporal: number;
}

/**
 * One track of another participant. The object and its stream stay the same for as long as the track is published,
 * also when the media server changes; the members change, and `participantchanged` tells.
 */
export interface RemoteTrack {
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  /** For an element's `srcObject`. Holds this track alone. */
  readonly stream: MediaStream;
  /** Muted by its sender. */
  readonly isMuted: boolean;
  /** Undefined while nothing arrives, and for tracks without layers. */
  readonly layers: VideoLayers | undefined;
  /** How well it arrives, 0 (not at all) to 10; undefined until the platform told. */
  readonly score: number | undefined;
  /** The browser's figures of this track alone. Undefined while nothing is subscribed. */
  getStats(): Promise<RTCStatsReport | undefined>;
}

/** Somebody else in the room. The object stays the same until `participantleft`; its members change. */
export interface RoomParticipant {
  readonly peerId: string;
  /** As the backend named it when it minted the token. */
  readonly identity: string | undefined;
  readonly name: string | undefined;
  /** Any JSON of the backend; nobody has checked its shape. */
  readonly metadata: unknown;
  /** False while its socket is lost: it may come back, and its media may still flow. */
  readonly isConnected: boolean;
  /** By source; a second track of the same source has a number after it, `camera-2`. */
  readonly tracks: ReadonlyMap<RoomSource, RemoteTrack>;
}

/** One track that this page publishes. */
export interface PublishedTrack {
  readonly source: RoomSource;
  readonly kind: MediaKind;
  /** What is sent, muted or not; what was sent last, while nothing is. */
  readonly track: MediaStreamTrack;
  /** Muted, or nothing is sent: `replaceTrack(null)`. */
  readonly isMuted: boolean;
  /** Nothing is sent until {@link unmute}, and the others are told. The device stays open. */
  mute(): Promise<void>;
  unmute(): Promise<void>;
  /**
   * Sends another track, or the device of that id, from now on. No one is told: the others' streams go on. A track
   * that is passed stays the page's; a device that this package opened is closed when it is replaced.
   *
   * `null` sends nothing, so that the device can be released and its light goes out. The publication stays, muted for
   * the others, until it is replaced by a track or a device again.
   *
   * @throws RadistError `invalid_argument` for a track of another kind, `device_not_found`, `device_in_use`, …
   */
  replaceTrack(trackOrDeviceId: MediaStreamTrack | string | null): Promise<void>;
  /** Takes the track back. Stops it where this package opened it. */
  unpublish(): Promise<void>;
  /** The browser's figures of this track alone. Undefined while it is not sent. */
  getStats(): Promise<RTCStatsReport | undefined>;
}

/** What to publish. Without `track` the device is opened, or the person asked for a screen. */
export type PublishOptions = {
  /** Stays the page's: it is never stopped. */
  readonly track?: MediaStreamTrack;
  /** Published muted. */
  readonly muted?: boolean;
} & (
  | { readonly source: "microphone"; readonly constraints?: MediaTrackConstraints }
  | {
      readonly source: "camera";
      /** Default: 1280 × 720, 30 frames per second, where the camera can. */
      readonly constraints?: MediaTrackConstraints;
      readonly codec?: VideoCodec;
      /** Three sizes at once, of which each receiver gets the one that fits. Default true. */
      readonly simulcast?: boolean;
    }
  | {
      readonly source: "screen";
      /** For `getDisplayMedia`; `{ audio: true }` publishes the sound too, as `screen-audio`. */
      readonly options?: DisplayMediaStreamOptions;
      readonly codec?: VideoCodec;
      /** Two sizes at once. Default true. */
      readonly simulcast?: boolean;
    }
);

/** A message of another participant: `type`, and `text` or `data`, as in calls. */
export type RoomMessage = DataMessage & {
  readonly fromPeerId: string;
  /** Sent to this participant alone. */
  readonly isPrivate: boolean;
};

/** How loud somebody is. */
export interface AudioLevel {
  readonly peerId: string;
  readonly source: RoomSource;
  /** dBov (RFC 6464): -127, silence, to 0, the loudest possible. */
  readonly volume: number;
}

/** What changed of a participant. */
export interface ParticipantChange {
  readonly participant: RoomParticipant;
  readonly change: "connection" | "mute" | "layers" | "score";
  /** The track, where it is one that changed. */
  readonly track: RemoteTrack | undefined;
}

/**
 * What each event of a room connection carries. Those marked *lasting* are also told to listeners that come later, once
 * for each participant or track that is there.
 */
export interface RoomEvents {
  /** The own microphone and camera, whenever their tracks were exchanged. Lasting. */
  localstream: MediaStream;
  /** The own screen is shared, or no longer, also when the person ended it in the browser's own controls. */
  screenshare: { readonly active: boolean; readonly stream: MediaStream | undefined };
  /** Somebody is in the room, also who was there first. Lasting. */
  participantjoined: RoomParticipant;
  /** Somebody is gone, and all their tracks with them. */
  participantleft: { readonly participant: RoomParticipant; readonly reason: RoomLeftReason };
  participantchanged: ParticipantChange;
  /**
   * A track of somebody is there: attach it to an element ({@link RadistRoomConnection.attach}), or use its stream.
   * Lasting.
   */
  remotestream: RemoteTrack;
  /** A track is there no longer, or its participant left. */
  streamremoved: RemoteTrack;
  /** Who speaks now, this participant itself included; undefined: nobody. */
  activespeaker: { readonly peerId: string | undefined };
  /** The loudest voices, loudest first, two or three times a second; empty: silence. */
  levels: readonly AudioLevel[];
  message: RoomMessage;
  statechange: RoomState;
  /** Something failed; the connection goes on unless `closed` follows. Without a listener it goes to the console. */
  error: RadistError;
  /** The connection is over for good. The last event. Lasting. */
  closed: RoomEnding;
}

/** How the media fares, each way. Undefined while there is none. */
export interface RoomStats {
  readonly send: ConnectionStats | undefined;
  readonly receive: ConnectionStats | undefined;
}

/**
 * A place in a room, and the media to and from everybody else there, through a media server.
 *
 * It keeps itself connected: a lost socket is replaced while the media goes on, a changed network leads to another path,
 * and what a lost media server carried is published and received again by another one, into the same streams. It is over
 * with the `closed` event, and only then.
 *
 * @example
 * const room = await radist.createRoomConnection({ roomToken, channels: ["audio", "video", "data"] });
 * room.on("remotestream", (track) => room.attach(track, addTile(track.peerId, track.kind)));
 * room.on("streamremoved", (track) => removeTile(track.peerId, track.kind));
 * room.on("activespeaker", ({ peerId }) => highlight(peerId));
 * room.on("closed", ({ reason }) => goBack(reason));
 */
export interface RadistRoomConnection {
  readonly roomId: string;
  /** This side's identity in the room; it stays the same through reconnects. */
  readonly peerId: string;
  readonly state: RoomState;
  /** Everybody else, by peer id, in the order they came. */
  readonly participants: ReadonlyMap<string, RoomParticipant>;
  /** Peer id of who speaks now; undefined: nobody. */
  readonly activeSpeaker: string | undefined;
  /** What this page publishes, by source. */
  readonly published: ReadonlyMap<RoomSource, PublishedTrack>;
  /** The own microphone and camera, for a preview. Undefined until one was published. */
  readonly localStream: MediaStream | undefined;
  /** The own shared screen, while it is shared. */
  readonly screenStream: MediaStream | undefined;
  /** Whether the token lets this participant publish, and receive. */
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;

  /** Listens to an event; the returned function stops that. */
  on<Name extends keyof RoomEvents>(event: Name, listener: (payload: RoomEvents[Name]) => void): () => void;

  /**
   * Sends a microphone, a camera or a screen to the room. Resolves when the others can receive it. What is published
   * already is replaced.
   *
   * @throws RadistError `permission_denied`, `device_not_found`, `device_in_use`; `not_allowed` when the token does not
   * grant it; `connection_closed`
   * @example const screen = await room.publish({ source: "screen", options: { audio: true } });
   */
  publish(options: PublishOptions): Promise<PublishedTrack>;

  /**
   * Mutes or unmutes what is published; the others are told.
   *
   * @throws RadistError `device_not_found` when nothing of that source is published
   */
  setMuted(source: RoomSource, muted: boolean): Promise<void>;

  /**
   * Shows a track in an element, and tells the platform how large it is shown: a small picture gets a small layer, and
   * what cannot be seen (scrolled away, `display: none`, a page in the background) is not sent at all. From the first
   * video that is attached on, videos without an element are not sent either; a page that attaches none gets all of them.
   * One track may be shown in several elements.
   *
   * @returns detaches; also when the track is gone by itself this is harmless
   */
  attach(track: RemoteTrack, element: HTMLMediaElement): () => void;

  /**
   * Which video keeps its quality when bandwidth is short: the higher one.
   *
   * @param priority 1 (what each has by itself) to 255
   */
  setPriority(track: RemoteTrack, priority: number): void;

  /**
   * Sends a message to everybody, or to one participant alone: text, an object or array as JSON, or bytes. Messages of
   * one sender to all arrive whole and in order; likewise those to one. Resolves when the browser took it, later while
   * much is unsent: parts of a file, each awaited, need no other flow control.
   *
   * @throws RadistError `data_channel_not_open`, `data_too_large`, `invalid_argument`, `peer_not_found`, `not_allowed`
   * @example await room.send({ hand: "raised" }, { to: hostPeerId });
   */
  send(data: DataPayload, options?: { readonly to?: string }): Promise<void>;

  getStats(): Promise<RoomStats>;

  /**
   * Opens a fresh socket and looks for fresh paths, now. Not needed for losses: those are mended without it.
   *
   * @throws RadistError `connection_closed`, or what ended the connection. Stays pending while the network is away.
   */
  reconnect(): Promise<void>;

  /** Leaves the room for good. Stops the devices that this package opened. Never rejects. */
  leave(): Promise<void>;
}
