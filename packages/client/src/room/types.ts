import type { RoomLeftReason } from "@radist-tech/protocol";
import type { Channel, MediaKind } from "../core/channels.ts";
import type { ConnectionDiagnosis } from "../core/diagnosis/types.ts";
import type { RadistError } from "../core/errors.ts";
import type { SendFileOptions } from "../core/files/file-transfers.ts";
import type { ReceivedFile } from "../core/files/incoming-file.ts";
import type { DataMessage, DataPayload } from "../core/framing.ts";
import type { ResumeStorage } from "../core/seat/stored-seat.ts";
import type { ConnectionStats } from "../core/stats.ts";

/**
 * Where a track comes from. This package publishes `microphone`, `camera`, `screen` and `screen-audio`; other programs in
 * the room may publish others.
 */
export type RoomSource = "microphone" | "camera" | "screen" | "screen-audio" | (string & {});

/** What {@link RadistRoomConnection.publish} takes. The sound of a shared screen is published together with `screen`. */
export type PublishSource = "microphone" | "camera" | "screen";

/**
 * `vp8` is sent and received by every browser, in three sizes at once. `vp9` needs less bandwidth for the same picture and
 * more CPU; Chromium sends three sizes of it, other browsers one. `av1` needs least bandwidth and most CPU, in one size.
 */
export type VideoCodec = "vp8" | "vp9" | "h264" | "av1";

/** How to join a room, and what this page sends and receives there. */
/**
 * What lets a reloaded page return as the same participant. It lets anybody who has it take over the seat: keep it where only
 * the page's origin can read it, such as `sessionStorage`.
 */
export interface RoomResumeState {
  readonly roomId: string;
  readonly peerId: string;
  readonly resumeToken: string;
}

export interface CreateRoomConnectionOptions {
  /** `ct_…` of the room, from your backend; good for one join. Either this or `resume`. */
  readonly roomToken?: string;
  /** {@link storedRoomSeat}: return as the participant that the page was before it was reloaded. */
  readonly resume?: RoomResumeState;
  /**
   * Where the seat is stored as soon as there is one, for a page that is reloaded or discarded: `sessionStorage`. It is
   * removed when the connection has ended for good. With it a page that is closed keeps its seat for 30 seconds; without
   * it, it leaves.
   */
  readonly resumeStorage?: ResumeStorage;
  /**
   * Some of `audio`, `video`, `data`, as for calls: the microphone and camera are opened and published for these kinds,
   * and the same kinds are received. Default: all three.
   */
  readonly channels?: readonly Channel[];
  /**
   * Published in place of the microphone and camera. Its tracks still belong to the page and are never stopped. A kind
   * without a track in it is received only, and `new MediaStream()` publishes nothing.
   */
  readonly localStream?: MediaStream;
  /** For camera and screen. Default `vp8`, which also replaces a codec that the browser or the room lacks. */
  readonly codec?: VideoCodec;
  /**
   * Sends the microphone's audio twice (RED, RFC 2198), and receives others' audio like that, so that a lost packet is not
   * heard. Costs about 30 kbit/s more per voice. Default true; ignored by browsers without it (Firefox).
   */
  readonly redundantAudio?: boolean;
}

/**
 * `reconnecting`: the connection to the platform, or the media path, is lost and being restored, or there has been no media
 * path for 15 seconds. `closed` is final.
 */
export type RoomState = "connecting" | "connected" | "reconnecting" | "closed";

/**
 * What ICE and DTLS say of the media paths: `new` while nothing is sent or received, and `failed` also when there has been
 * no path for 15 seconds. The connection keeps looking for one.
 */
export type RoomMediaState = "new" | "connecting" | "connected" | "disconnected" | "failed";

/**
 * Why a room connection is over: `left` by this page; `kicked` by the backend; `terminated`, the room has ended;
 * `superseded`, another page took over this participant, or joined under its identity to take its place; `expired`,
 * away for too long; `failed`, see the error.
 */
export type RoomClosedReason = "left" | "kicked" | "terminated" | "superseded" | "expired" | "failed";

export interface RoomEnding {
  readonly reason: RoomClosedReason;
  /** The WebSocket close code, if the platform closed the socket. */
  readonly code?: number;
  readonly error?: RadistError;
}

/** The layers of a simulcast or SVC video that are received now; 0 is the lowest. */
export interface VideoLayers {
  readonly spatial: number;
  readonly temporal: number;
}

/**
 * One track of another participant. The object and its stream stay the same for as long as the track is published, even
 * when the media server changes; its members change, and `participantchanged` follows.
 */
export interface RemoteTrack {
  /** Different for each track of the room; the key for whatever shows it. */
  readonly id: string;
  readonly peerId: string;
  readonly source: RoomSource;
  readonly kind: MediaKind;
  /** For an element's `srcObject`. Holds this track alone. */
  readonly stream: MediaStream;
  /** Muted by its sender. */
  readonly isMuted: boolean;
  /** Undefined while nothing is received, and for tracks without layers. */
  readonly layers: VideoLayers | undefined;
  /** The quality of reception, from 0 (none) to 10; undefined before the first report. */
  readonly score: number | undefined;
  /** The browser's statistics of this track. Undefined while it is not subscribed to. */
  getStats(): Promise<RTCStatsReport | undefined>;
}

/** Another participant of the room. The object stays the same until `participantleft`; its members change. */
export interface RoomParticipant {
  readonly peerId: string;
  /** As set by the backend when it minted the token. */
  readonly identity: string | undefined;
  readonly name: string | undefined;
  /** Any JSON of the backend; its shape is unchecked. */
  readonly metadata: unknown;
  /** False while its socket is lost: it may return, and its media may still flow. */
  readonly isConnected: boolean;
  /** By source; a second track of the same source has a number appended, `camera-2`. */
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
  /** Why the others cannot receive it at the moment; it is tried again. Undefined: they can, or are about to. */
  readonly problem: RadistError | undefined;
  /**
   * Sends nothing until {@link unmute}, and notifies the other participants. The device stays open, except for a camera
   * that this package opened: it is released, so that its light goes out.
   */
  mute(): Promise<void>;
  /** @throws RadistError `device_in_use`, `permission_denied`, … when a camera cannot be opened again */
  unmute(): Promise<void>;
  /**
   * Sends another track, or the device with this id. The other participants' streams stay the same, and they are not
   * notified. A track that is passed still belongs to the page; a device that this package opened is closed when replaced.
   *
   * `null` sends nothing, so that the device can be released and its light goes out. The publication stays, muted for
   * the others, until it is replaced by a track or a device again.
   *
   * @throws RadistError `invalid_argument` for a track of another kind, `device_not_found`, `device_in_use`, …
   */
  replaceTrack(trackOrDeviceId: MediaStreamTrack | string | null): Promise<void>;
  /** Stops publishing. Stops the track if this package opened it. */
  unpublish(): Promise<void>;
  /** The browser's statistics of this track. Undefined while it is not sent. */
  getStats(): Promise<RTCStatsReport | undefined>;
}

/** What to publish. Without `track`, the device is opened or the user is asked for a screen. */
export type PublishOptions = {
  /** Still belongs to the page, and is never stopped. */
  readonly track?: MediaStreamTrack;
  /** Whether it is muted from the start. */
  readonly muted?: boolean;
} & (
  | { readonly source: "microphone"; readonly constraints?: MediaTrackConstraints }
  | {
      readonly source: "camera";
      /** Default: 1280 × 720 at 30 frames per second, if the camera is capable of it. */
      readonly constraints?: MediaTrackConstraints;
      readonly codec?: VideoCodec;
      /** Sends three sizes at once, of which each receiver gets the one that fits. Default true. */
      readonly simulcast?: boolean;
    }
  | {
      readonly source: "screen";
      /** For `getDisplayMedia`; `{ audio: true }` publishes the sound too, as `screen-audio`. */
      readonly options?: DisplayMediaStreamOptions;
      readonly codec?: VideoCodec;
      /** Sends two sizes at once. Default true. */
      readonly simulcast?: boolean;
    }
);

/** A message of another participant: `type`, and `text` or `data`, as in calls. */
export type RoomMessage = DataMessage & {
  readonly fromPeerId: string;
  /** Whether it was sent to this participant alone. */
  readonly isPrivate: boolean;
};

/** How loud a participant is. */
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
  /** The track that changed, if it was one. */
  readonly track: RemoteTrack | undefined;
}

/** Whether the other participants can receive what this page publishes from a source. */
export interface PublicationChange {
  readonly source: RoomSource;
  /** Why they cannot; undefined: they can again. */
  readonly problem: RadistError | undefined;
  /** False where trying again cannot help (`too_many`, `not_allowed`): then it is no longer among `published`. */
  readonly isRetrying: boolean;
}

/**
 * What each event of a room connection carries. Those marked *lasting* are also delivered to listeners attached later, once
 * for each participant or track that is present.
 */
export interface RoomEvents {
  /** This page's microphone and camera, whenever their tracks changed. Lasting. */
  localstream: MediaStream;
  /** Screen sharing started or stopped, also when the user stopped it in the browser's own controls. */
  screenshare: { readonly active: boolean; readonly stream: MediaStream | undefined };
  /** Something that this page publishes cannot be received by the others, or can be again. */
  publicationchanged: PublicationChange;
  /** A participant is in the room, also when it joined first. Lasting. */
  participantjoined: RoomParticipant;
  /** A participant is gone, together with all its tracks. `superseded`: another one joined to take the place of its identity. */
  participantleft: { readonly participant: RoomParticipant; readonly reason: RoomLeftReason };
  participantchanged: ParticipantChange;
  /**
   * A participant's track is available: attach it to an element ({@link RadistRoomConnection.attach}), or use its stream.
   * Lasting.
   */
  remotestream: RemoteTrack;
  /** A track is no longer published, or its participant left. */
  streamremoved: RemoteTrack;
  /** Who speaks now, which may be this participant; undefined: nobody. Lasting. */
  activespeaker: { readonly peerId: string | undefined };
  /**
   * The loudest voices, loudest first, two or three times a second; empty: silence. Sent to this page only while it
   * listens.
   */
  levels: readonly AudioLevel[];
  message: RoomMessage;
  /** A participant begins to send a file. */
  file: ReceivedFile;
  statechange: RoomState;
  mediastatechange: RoomMediaState;
  /** Something failed; the connection continues unless `closed` follows. Without a listener it goes to the console. */
  error: RadistError;
  /** The connection is over for good. The last event. Lasting. */
  closed: RoomEnding;
}

/** Figures of the media in each direction. Undefined while there is none. */
export interface RoomStats {
  readonly send: ConnectionStats | undefined;
  readonly receive: ConnectionStats | undefined;
}

/**
 * A seat in a room, and the media to and from the other participants, through a media server.
 *
 * It stays connected by itself: a lost socket is replaced while the media continues, a changed network leads to another
 * path, and when a media server is lost, everything is published and received again through another one, into the same
 * streams. Only the `closed` event ends it.
 *
 * @example
 * const room = await radist.createRoomConnection({ roomToken, channels: ["audio", "video", "data"] });
 * room.on("remotestream", (track) => room.attach(track, addTile(track.id, track.peerId)));
 * room.on("streamremoved", (track) => removeTile(track.id));
 * room.on("activespeaker", ({ peerId }) => highlight(peerId));
 * room.on("closed", ({ reason }) => goBack(reason));
 */
export interface RadistRoomConnection {
  readonly roomId: string;
  /** This side's identity in the room. It stays the same when the connection reconnects. */
  readonly peerId: string;
  readonly state: RoomState;
  /** The media paths. `mediastatechange` follows each change. */
  readonly mediaState: RoomMediaState;
  /** The other participants by peer id, in the order in which they joined. */
  readonly participants: ReadonlyMap<string, RoomParticipant>;
  /** Peer id of the present speaker; undefined: nobody. */
  readonly activeSpeaker: string | undefined;
  /** What this page publishes, by source. */
  readonly published: ReadonlyMap<RoomSource, PublishedTrack>;
  /** This page's microphone and camera, for a preview. Undefined until one is published. */
  readonly localStream: MediaStream | undefined;
  /** The shared screen, while it is shared. */
  readonly screenStream: MediaStream | undefined;
  /** Whether the token allows this participant to publish, and to receive. */
  readonly canPublish: boolean;
  readonly canSubscribe: boolean;

  /** Attaches a listener; the returned function detaches it. */
  on<Name extends keyof RoomEvents>(event: Name, listener: (payload: RoomEvents[Name]) => void): () => void;

  /**
   * Publishes a microphone, a camera or a screen. Resolves when the other participants can receive it, and keeps trying
   * while the platform cannot take it: `publicationchanged` reports that. Replaces what was published from the same source.
   *
   * @throws RadistError `permission_denied`, `device_not_found`, `device_in_use`; `not_allowed` when the token does not
   * grant it; `connection_closed`
   * @example const screen = await room.publish({ source: "screen", options: { audio: true } });
   */
  publish(options: PublishOptions): Promise<PublishedTrack>;

  /**
   * Mutes or unmutes a published source, and notifies the other participants.
   *
   * @throws RadistError `device_not_found` when nothing of that source is published
   */
  setMuted(source: RoomSource, muted: boolean): Promise<void>;

  /**
   * Shows a track in an element, and reports to the platform how large it is shown: a small picture is sent a small layer,
   * and a video that cannot be seen (scrolled away, `display: none`, a page in the background) is not sent at all. Once
   * the page has attached a video, videos without an element are not sent either; a page that attaches none is sent all.
   * A track may be shown in several elements.
   *
   * @returns detaches the element; harmless when the track is gone
   */
  attach(track: RemoteTrack, element: HTMLMediaElement): () => void;

  /**
   * When bandwidth is short, videos with a higher priority keep their quality for longer.
   *
   * @param priority 1 (the default) to 255
   */
  setPriority(track: RemoteTrack, priority: number): void;

  /**
   * Sends a message to all participants, or to one: text, an object or array as JSON, or bytes, also those of a Blob or
   * File. What JSON would lose (a Map, an Error, a function, …) is refused. A sender's messages to all arrive whole and in
   * order, and so do its messages to one participant. Resolves when the message is handed to the browser, and later than
   * that while much is unsent or not received: parts of a file, each awaited, need no other flow control. A slow
   * participant holds up the others for a moment only, and then gets the messages at its own pace.
   *
   * @throws RadistError `data_channel_not_open`, `data_too_large`, `invalid_argument`, `peer_not_found`, `not_allowed`,
   * `connection_closed`; `receiver_too_slow` when a participant will not get this message, because too much waits for it
   * @example await room.send({ hand: "raised" }, { to: hostPeerId });
   */
  send(data: DataPayload, options?: { readonly to?: string }): Promise<void>;

  /**
   * Sends a file to all participants, or to one, who get it as a `file` event. Messages do not wait behind it. Resolves when
   * all who were present, are still, and did not cancel it have it whole; `onProgress` tells of the slowest.
   *
   * @throws RadistError `file_cancelled` by all of them; `peer_not_found` when nobody is there; `receiver_too_slow` when
   * they take nothing for 30 seconds, as SDKs without this method do, or too much waits for one of them;
   * `not_allowed`, `invalid_argument`, `connection_closed`. What `signal` was aborted with.
   */
  sendFile(file: Blob, options?: SendFileOptions & { readonly to?: string }): Promise<void>;

  /** @throws RadistError `network_error` when the part of the SDK for it could not be loaded */
  getStats(): Promise<RoomStats>;

  /**
   * Finds out why media does not get through, as {@link RadistConnection.diagnose} does in calls: `paths` has one to send
   * and one to receive.
   *
   * @throws RadistError `network_error` when the part of the SDK for it could not be loaded
   */
  diagnose(): Promise<ConnectionDiagnosis>;

  /**
   * Opens a new socket and looks for new paths, now. Losses need no such call: the connection recovers from them itself.
   *
   * @throws RadistError `connection_closed`, or what ended the connection. Stays pending while the network is down.
   */
  reconnect(): Promise<void>;

  /** Leaves the room for good. Stops the devices that this package opened. Never rejects. */
  leave(): Promise<void>;
}
