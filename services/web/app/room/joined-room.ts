import { signal } from "@preact/signals";
import type { RadistRoomConnection, RoomState } from "@radist-tech/client";
import type { LocalMedia } from "../media/device-signals.ts";
import { watchQuality } from "../meeting/quality.ts";
import { announce } from "../ui/announcer.tsx";
import { type Over, overOf } from "./ending.ts";
import { People } from "./participants.ts";
import { Playback } from "./playback.ts";
import { publishDevices } from "./publisher.ts";
import { RoomMessages } from "./room-messages.ts";
import { OwnScreen } from "../meeting/screen-sharing.ts";

/** A place that was taken: what the SDK tells becomes what the view shows, and what the user does becomes the SDK's. */
export class JoinedRoom {
  readonly connection: RadistRoomConnection;
  readonly media: LocalMedia;
  readonly people: People;
  readonly messages: RoomMessages;
  readonly screen: OwnScreen;
  readonly playback = new Playback();
  readonly state = signal<RoomState>("connecting");
  readonly figures: ReturnType<typeof watchQuality>;
  readonly #stop: (() => void)[];

  constructor(connection: RadistRoomConnection, media: LocalMedia, onOver: (over: Over) => void) {
    this.connection = connection;
    this.media = media;
    this.people = new People(connection);
    this.messages = new RoomMessages(connection, this.people);
    this.screen = new OwnScreen(connection);
    this.state.value = connection.state;
    this.figures = watchQuality(async () => {
      const { send, receive } = await connection.getStats();
      return receive ?? send;
    });
    this.#stop = [
      this.people.follow(),
      this.messages.follow(),
      this.screen.follow(),
      publishDevices(connection, media),
      this.figures.stop,
      connection.on("statechange", (state) => this.#changeState(state)),
      connection.on("error", (error) => console.warn("Radist:", error.code, error.message)),
      connection.on("closed", (ending) => onOver(overOf(ending))),
    ];
  }

  /** Frees what this object holds. The connection itself is left, or over already. */
  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  #changeState(state: RoomState): void {
    const before = this.state.peek();
    this.state.value = state;
    void this.figures.look();
    if (state === "reconnecting") announce("Connection lost. Reconnecting.");
    else if (before === "reconnecting" && state === "connected") announce("You are connected again.");
  }
}
