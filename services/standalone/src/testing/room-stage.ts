import {
  type CreateRoomConnectionOptions,
  RadistClient,
  type RadistRoomConnection,
  type RemoteTrack,
  type RoomEvents,
} from "@radist-tech/client";
import { type FrameLog, logFrames } from "./frame-log.ts";
import { serverStats } from "./server-stats.ts";

// Runs in the browser: a page that does with the SDK what pages do, and remembers what it was told.

/** What a page was told, as tests ask for it. */
export interface Told {
  readonly name: keyof RoomEvents;
  readonly text: string;
}

export interface Tile {
  readonly element: HTMLVideoElement;
  readonly detach: () => void;
  /** Pictures that the element has shown. */
  frames: number;
}

const NAMES: readonly (keyof RoomEvents)[] = [
  "participantjoined",
  "participantleft",
  "participantchanged",
  "remotestream",
  "streamremoved",
  "activespeaker",
  "message",
  "statechange",
  "error",
  "closed",
];

export class Stage {
  readonly told: Told[] = [];
  readonly tiles = new Map<RemoteTrack, Tile>();
  room: RadistRoomConnection | undefined;
  /** Tiles begin in this size, CSS pixels. */
  tileSize: readonly [width: number, height: number] = [640, 360];
  rtcConfiguration: RTCConfiguration | undefined;
  /** Or sets `srcObject` itself, as pages do that know nothing of `attach`. */
  attaches = false;
  /** Filled where the room was entered by {@link enterLogging}. */
  frames: FrameLog = new Map();
  #socket: WebSocket | undefined;

  /** Logs all frames, and sends the camera in one size: of several the media server chooses what a viewer gets. */
  async enterLogging(publicKey: string, options: CreateRoomConnectionOptions, attaches: boolean): Promise<void> {
    this.frames = logFrames("/room-page/frame-worker.js");
    await this.enter(publicKey, { ...options, localStream: new MediaStream() }, attaches);
    await this.room?.publish({ source: "microphone" });
    await this.room?.publish({ source: "camera", simulcast: false });
  }

  async enter(publicKey: string, options: CreateRoomConnectionOptions, attaches: boolean): Promise<void> {
    this.attaches = attaches;
    const webSocketFactory = (url: string) => {
      this.#socket = new WebSocket(url);
      return this.#socket;
    };
    const radist = new RadistClient({
      publicKey,
      apiBaseUrl: "/api/v1",
      webSocketFactory,
      rtcConfiguration: this.rtcConfiguration,
    });
    const room = await radist.createRoomConnection(options);
    this.room = room;
    for (const name of NAMES) this.listen(name);
    room.on("remotestream", (track) => this.#show(track));
    room.on("streamremoved", (track) => this.#hide(track));
  }

  listen(name: keyof RoomEvents): void {
    this.room?.on(name, (payload) => this.told.push({ name, text: textOf(name, payload) }));
  }

  /** A picture that changes all the time. */
  drawing(width = 1_280, height = 720): MediaStreamTrack {
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    const context = canvas.getContext("2d");
    const draw = () => {
      if (!context) return;
      context.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
      context.fillRect(0, 0, width, height);
    };
    setInterval(draw, 1_000 / 30);
    const [track] = canvas.captureStream(30).getVideoTracks();
    if (!track) throw new Error("A canvas has no video.");
    return track;
  }

  /** @throws when there is no such track */
  track(peerId: string, source: string): RemoteTrack {
    const track = this.room?.participants.get(peerId)?.tracks.get(source);
    if (!track) throw new Error(`There is no ${source} of ${peerId}.`);
    return track;
  }

  /** A figure of what the media server sent of a track to this page. */
  async sentByServer(peerId: string, source: string, figure: string): Promise<unknown> {
    if (!this.#socket) throw new Error("There is no socket yet.");
    const stats = await serverStats(this.#socket, this.track(peerId, source));
    return stats.find(({ type }) => type === "outbound-rtp")?.[figure];
  }

  tile(peerId: string, source: string): Tile {
    const tile = this.tiles.get(this.track(peerId, source));
    if (!tile) throw new Error(`There is no tile for the ${source} of ${peerId}.`);
    return tile;
  }

  #show(track: RemoteTrack): void {
    const element = document.createElement("video");
    const [width, height] = track.kind === "video" ? this.tileSize : [1, 1];
    Object.assign(element.style, { width: `${width}px`, height: `${height}px` });
    document.body.append(element);
    const tile: Tile = { element, detach: this.#attach(track, element), frames: 0 };
    const count = () => {
      tile.frames++;
      element.requestVideoFrameCallback(count);
    };
    element.requestVideoFrameCallback(count);
    this.tiles.set(track, tile);
  }

  #attach(track: RemoteTrack, element: HTMLVideoElement): () => void {
    if (this.attaches && this.room) return this.room.attach(track, element);
    element.autoplay = true;
    element.srcObject = track.stream;
    return () => {};
  }

  #hide(track: RemoteTrack): void {
    const tile = this.tiles.get(track);
    tile?.detach();
    tile?.element.remove();
    this.tiles.delete(track);
  }
}

function textOf(name: keyof RoomEvents, payload: unknown): string {
  switch (name) {
    case "remotestream":
    case "streamremoved":
      return nameOf(payload as RemoteTrack);
    case "participantjoined":
      return (payload as RoomEvents["participantjoined"]).peerId;
    case "participantleft": {
      const { participant, reason } = payload as RoomEvents["participantleft"];
      return `${participant.peerId} ${reason}`;
    }
    case "participantchanged": {
      const { participant, change, track } = payload as RoomEvents["participantchanged"];
      const { peerId, isConnected } = participant;
      if (change === "connection") return `${peerId} ${isConnected ? "back" : "away"}`;
      if (change === "mute" && track) return `${nameOf(track)} ${track.isMuted ? "muted" : "unmuted"}`;
      return `${track ? nameOf(track) : peerId} ${change}`;
    }
    case "message": {
      const message = payload as RoomEvents["message"];
      const content =
        message.type === "text"
          ? message.text
          : message.type === "json"
            ? JSON.stringify(message.data)
            : `${message.data.byteLength} bytes`;
      return `${message.fromPeerId} ${message.isPrivate ? "to one" : "to all"}: ${content}`;
    }
    case "error":
      return `${(payload as RoomEvents["error"]).code}: ${(payload as RoomEvents["error"]).message}`;
    case "closed":
      return (payload as RoomEvents["closed"]).reason;
    case "levels":
      return (payload as RoomEvents["levels"]).map(({ peerId, source }) => `${peerId} ${source}`).join();
    case "activespeaker":
      return (payload as RoomEvents["activespeaker"]).peerId ?? "";
    default:
      return String(payload);
  }
}

const nameOf = ({ peerId, source }: RemoteTrack): string => `${peerId} ${source}`;

Object.assign(window, { stage: new Stage() });
