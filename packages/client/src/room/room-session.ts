import type { RoomServerMessage } from "@radist-tech/protocol";
import type { Channel } from "../core/channels.ts";
import { closedError } from "../core/closed-error.ts";
import { ConnectionLost } from "../core/connection-lost.ts";
import { Diagnosis } from "../core/diagnosis/diagnosis.ts";
import { afterListening, type Emitter } from "../core/emitter.ts";
import { RadistError } from "../core/errors.ts";
import { FileTransfers } from "../core/files/file-transfers.ts";
import { FILES_LABEL } from "../core/files/files-label.ts";
import { Latch } from "../core/latch.ts";
import { PathWatch } from "../core/path-watch.ts";
import { SeatKeeper } from "../core/seat/seat-keeper.ts";
import type { ResumeStorage } from "../core/seat/stored-seat.ts";
import type { Captured } from "../devices/capture.ts";
import { RoomData } from "./messages/room-data.ts";
import { watchPage } from "./page-watch.ts";
import { Publications } from "./publishing/publications.ts";
import { ElementObserver } from "./receiving/element-observer.ts";
import { LevelReports } from "./receiving/level-reports.ts";
import { Participants } from "./receiving/participants.ts";
import type { ReceivedTrack } from "./receiving/remote-track.ts";
import { Views } from "./receiving/views.ts";
import { type RoomRoster, updateRoster } from "./roster.ts";
import { RoomSocket, type RoomSocketOptions } from "./signaling/room-socket.ts";
import type { MediaSession } from "./transport/media-session.ts";
import { RoomMedia } from "./transport/room-media.ts";
import type { RoomEnding, RoomEvents, RoomMediaState, RoomState, VideoCodec } from "./types.ts";

export interface RoomSessionDeps extends Omit<RoomSocketOptions, "handlers"> {
  readonly rtcConfiguration: RTCConfiguration | undefined;
  readonly channels: ReadonlySet<Channel>;
  /** What the page passed in the place of the microphone and camera. */
  readonly tracks: readonly MediaStreamTrack[];
  readonly codec: VideoCodec;
  readonly resumeStorage: ResumeStorage | undefined;
}

/** Turns the platform's messages about a room into media, and into the page's events. */
export class RoomSession {
  readonly socket: RoomSocket;
  readonly media: RoomMedia;
  readonly publications: Publications;
  readonly participants: Participants;
  readonly views: Views;
  readonly levels: LevelReports;
  readonly data: RoomData;
  readonly seat: SeatKeeper;
  readonly files: FileTransfers;
  identity = { roomId: "", peerId: "" };
  grants = { canPublish: true, canSubscribe: true };
  state: RoomState = "connecting";
  mediaState: RoomMediaState = "new";
  activeSpeaker: string | undefined;
  ending: RoomEnding | undefined;
  readonly #channels: ReadonlySet<Channel>;
  readonly #events: Emitter<RoomEvents>;
  readonly #latch = new Latch<MediaSession>();
  readonly #stopWatching: () => void;
  readonly #path = new PathWatch(() => {
    this.#stateChanged();
    this.#report(new RadistError("no_media_path"));
    this.diagnosis.report((reason) => this.socket.reportFailure(reason));
  });
  readonly diagnosis = new Diagnosis(
    () => import("./diagnose-room.ts"),
    ({ diagnoseRoom }) =>
      diagnoseRoom(this.media, {
        isOnline: this.socket.state === "connected",
        isMissing: () => this.#path.isMissing,
      }),
  );
  readonly #fileData: RoomData;
  #roster: RoomRoster = new Map();
  /** The network changed, and no other paths were looked for since. */
  #needsPaths = false;

  constructor(deps: RoomSessionDeps, events: Emitter<RoomEvents>) {
    this.#events = events;
    const failed = (error: unknown) => this.#report(error);
    this.#channels = deps.channels;
    this.seat = new SeatKeeper(deps.resumeStorage);
    this.socket = new RoomSocket({
      ...deps,
      handlers: {
        message: (message) => this.#receive(message),
        seated: (seat) => this.seat.seated(seat.roomId, seat),
        state: (state) => {
          if (state !== "connected") this.#latch.close();
          this.#stateChanged();
        },
        error: failed,
        ended: (ending) => this.#ended(ending),
      },
    });
    const socket = this.socket;
    const latch = this.#latch;
    const { rtcConfiguration, codec } = deps;
    this.media = new RoomMedia({
      socket,
      latch,
      rtcConfiguration,
      handlers: { changed: () => this.#stateChanged(), failed },
    });
    this.publications = new Publications({
      latch,
      socket,
      codec,
      handlers: {
        localStream: (stream) => events.emitLasting("localstream", stream),
        changed: (change) => events.emit("publicationchanged", change),
        screenShare: (stream) => events.emit("screenshare", { active: stream !== undefined, stream }),
        error: failed,
      },
    });
    this.participants = new Participants({
      latch,
      wants: (kind) => this.receives(kind),
      handlers: {
        joined: (participant) => events.emit("participantjoined", participant),
        left: (participant, reason) => {
          if (this.activeSpeaker === participant.peerId) this.#setSpeaker(undefined);
          events.emit("participantleft", { participant, reason });
        },
        changed: (change) => events.emit("participantchanged", change),
        available: (track) => this.#available(track),
        removed: (track) => {
          if (track.isAnnounced) events.emit("streamremoved", track);
        },
        failed,
      },
    });
    this.views = new Views({
      socket,
      tracks: () => this.participants.tracks(),
      observe: (element, changed) => new ElementObserver(element, changed),
      failed,
    });
    this.levels = new LevelReports({ socket, failed });
    this.data = new RoomData({
      latch,
      isReceiving: () => this.receives("data"),
      handlers: { message: (message) => events.emit("message", message), failed },
    });
    this.#fileData = new RoomData({
      latch,
      labels: { numbered: FILES_LABEL, plain: undefined },
      isReceiving: () => this.receives("data"),
      handlers: {
        message: (message) => this.files.receive(message, message.fromPeerId, message.isPrivate),
        failed,
      },
    });
    this.files = new FileTransfers({
      send: (frame, to) => this.#fileData.send(frame, to),
      offered: (file) => events.emit("file", file),
    });
    this.#stopWatching = watchPage({
      visible: () => socket.nudge(),
      network: () => {
        this.#needsPaths = true;
        socket.nudge();
        this.#findPaths();
      },
      gone: () => {
        // What is stored leads back to the seat, unless the page is closed for good.
        if (!deps.resumeStorage) socket.sendLeave();
      },
    });
    this.publications.add(deps.tracks, false);
  }

  /** Publishes the devices that this package has opened, and reports those that it could not open. */
  add({ tracks, failures }: Captured): void {
    this.publications.add(tracks, true);
    afterListening(() => {
      for (const failure of failures) this.#report(failure);
    });
  }

  /** Opens a new socket, and looks for new paths. */
  async reconnect(): Promise<void> {
    this.#needsPaths = true;
    await this.socket.connect();
  }

  /** Whether this side wants, and may receive, what others send on this channel. */
  receives(channel: Channel): boolean {
    return this.#channels.has(channel) && this.grants.canSubscribe;
  }

  setPriority(track: ReceivedTrack, priority: number): void {
    track.priority = priority;
    this.#requestPriority(track);
  }

  #receive(message: RoomServerMessage): void {
    if (message.type === "room-joined") {
      const { roomId, peerId, canPublish = true, canSubscribe = true } = message;
      this.identity = { roomId, peerId };
      this.grants = { canPublish, canSubscribe };
    }
    this.#updateRoster(message);
    switch (message.type) {
      case "room-joined":
        this.#joined(message);
        return;
      case "room-resumed":
        this.#resumed(message);
        return;
      case "ice-servers":
        this.media.useIceServers(message.iceServers);
        return;
      case "active-speaker":
        this.#setSpeaker(message.peerId ?? undefined);
        return;
      case "audio-levels":
        this.#reportLevels(message.levels);
        return;
      case "data-consumer-ready":
        for (const data of [this.data, this.#fileData]) data.subscribed(message.dataProducerId, message.peerId);
        return;
      case "producer-layers":
        this.publications.find(message.producerId)?.limitLayers(message.spatialLayer);
        return;
      case "consumer-layers-changed": {
        const { spatialLayer: spatial, temporalLayer: temporal } = message;
        const layers = spatial === null ? undefined : { spatial, temporal: temporal ?? 0 };
        this.#trackChanged(message.consumerId, "layers", (track) => {
          track.layers = layers;
        });
        return;
      }
      case "consumer-score":
        this.#trackChanged(message.consumerId, "score", (track) => {
          track.score = message.score;
        });
        return;
    }
  }

  /** Applies who is present and what they publish. */
  #updateRoster(message: RoomServerMessage): void {
    const { roster, events } = updateRoster(this.#roster, message);
    this.#roster = roster;
    this.participants.apply(events, isMigration(message));
    this.data.apply(events);
    this.#fileData.apply(events);
    for (const event of events) if (event.type === "left") this.files.left(event.peerId);
  }

  #joined(message: Extract<RoomServerMessage, { type: "room-joined" }>): void {
    if (!this.grants.canPublish) void this.publications.withdraw();
    this.media.joined(message).then(
      () => this.#renew(),
      (error: RadistError) => this.socket.end({ reason: "failed", error }),
    );
    this.views.reset();
    this.levels.joined();
  }

  #resumed(message: Extract<RoomServerMessage, { type: "room-resumed" }>): void {
    this.media.resumed(message);
    for (const { producerId, paused = false } of message.producers) {
      this.publications.find(producerId)?.resumed(paused);
    }
    this.views.resumed(message.consumers.filter(({ paused }) => !paused).map(({ consumerId }) => consumerId));
    this.levels.joined();
    this.#findPaths();
    this.#renew();
  }

  /** There is a media session: creates what is missing in it. */
  #renew(): void {
    this.publications.renew();
    this.participants.renew();
    this.data.renew();
    this.#fileData.renew();
    this.#stateChanged();
  }

  /** After a change of network the present paths still seem to work for a while. */
  #findPaths(): void {
    if (!this.#needsPaths || this.socket.state !== "connected") return;
    this.#needsPaths = false;
    this.media.networkChanged();
  }

  #available(track: ReceivedTrack): void {
    if (!track.isAnnounced) {
      track.isAnnounced = true;
      // The page first, which may attach the track: then its size is part of the first report.
      this.#events.emit("remotestream", track);
    }
    this.views.available(track);
    if (track.priority !== 1) this.#requestPriority(track);
  }

  #requestPriority({ consumerId, priority }: ReceivedTrack): void {
    if (consumerId === undefined) return;
    this.socket.request({ type: "set-priority", consumerId, priority }).catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) this.#report(error);
    });
  }

  #trackChanged(consumerId: string, change: "layers" | "score", apply: (track: ReceivedTrack) => void): void {
    const track = this.participants.ofConsumer(consumerId);
    if (!track) return;
    apply(track);
    this.participants.changed(track, change);
  }

  #setSpeaker(peerId: string | undefined): void {
    if (peerId === this.activeSpeaker) return;
    this.activeSpeaker = peerId;
    this.#events.emitLasting("activespeaker", { peerId });
  }

  #reportLevels(levels: readonly { peerId: string; producerId: string; volume: number }[]): void {
    const reported = levels.map(({ peerId, producerId, volume }) => {
      const track = this.participants.ofProducer(producerId) ?? this.publications.find(producerId);
      return { peerId, volume, source: track?.source ?? "microphone" };
    });
    this.#events.emit("levels", reported);
  }

  #stateChanged(): void {
    const { state: signaling } = this.socket;
    const { state: found } = this.media;
    // Without the platform there is another reason, which the page knows.
    const isNeeded = signaling === "connected" && found !== "new";
    this.#path.update(isNeeded ? found === "connected" : undefined);
    const isBroken = this.media.isBroken || this.#path.isMissing;
    const mediaState = this.#path.isMissing ? "failed" : found;
    const state = signaling === "connected" && isBroken ? "reconnecting" : signaling;
    const isNew = { state: state !== this.state, media: mediaState !== this.mediaState };
    this.state = state;
    this.mediaState = mediaState;
    if (isNew.media) this.#events.emit("mediastatechange", mediaState);
    if (isNew.state) this.#events.emit("statechange", state);
  }

  #ended(ending: RoomEnding): void {
    this.ending = ending;
    this.#stopWatching();
    this.#path.update(undefined);
    this.seat.ended(ending);
    this.#latch.end();
    this.views.close();
    const error = closedError(ending);
    this.data.close(error);
    this.#fileData.close(error);
    this.files.interrupt(error);
    this.participants.close();
    this.publications.close();
    this.media.close();
    this.#events.emitLasting("closed", ending);
  }

  #report(cause: unknown): void {
    if (this.state === "closed") return;
    const error = cause instanceof RadistError ? cause : new RadistError("negotiation_failed", { cause });
    if (!this.#events.emit("error", error)) console.warn(error);
  }
}

/** Whether what is gone by this message will be published again, through another media server. */
function isMigration(message: RoomServerMessage): boolean {
  if (message.type === "room-joined") return message.migrated === true;
  return message.type === "producer-closed" && message.migrating === true;
}
