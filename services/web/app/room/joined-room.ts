import { signal } from "@preact/signals";
import {
  type PublicationChange,
  type RadistRoomConnection,
  type RoomMediaState,
  type RoomState,
  sendDevices,
} from "@radist-tech/client";
import type { DeviceSignals } from "../media/device-signals.ts";
import { type EndReason, endReasonOf } from "../meeting/ending.ts";
import type { JoinedMeeting } from "../meeting/meeting-kind.ts";
import { NO_PATH } from "../meeting/no-path.ts";
import { watchQuality } from "../meeting/quality.ts";
import { ScreenSharing } from "../meeting/screen-sharing.ts";
import { Speakers } from "../meeting/speakers.ts";
import { announce } from "../ui/announcer.tsx";
import { Participants } from "./participants.ts";
import { RoomMessages } from "./room-messages.ts";
import { type Unsent, unsentAfter, unsentText } from "./unsent.ts";

/** A room that was joined: turns the SDK's events into what the views show, and the user's actions into the SDK's calls. */
export class JoinedRoom implements JoinedMeeting {
  readonly connection: RadistRoomConnection;
  readonly devices: DeviceSignals;
  readonly participants: Participants;
  readonly messages: RoomMessages;
  readonly screen: ScreenSharing;
  readonly speakers: Speakers;
  readonly state = signal<RoomState>("connecting");
  /** What ICE and DTLS say. */
  readonly media = signal<RoomMediaState>("new");
  /** What the others do not get although it is on. */
  readonly unsent = signal<Unsent>({});
  readonly quality: ReturnType<typeof watchQuality>;
  #stopSending: () => void = () => undefined;
  readonly #stop: (() => void)[];

  constructor(connection: RadistRoomConnection, devices: DeviceSignals, onEnd: (reason: EndReason) => void) {
    this.connection = connection;
    this.devices = devices;
    this.participants = new Participants(connection);
    this.messages = new RoomMessages(connection, this.participants);
    this.speakers = new Speakers(devices);
    this.screen = new ScreenSharing({
      start: (options) => connection.publish({ source: "screen", options }),
      stop: async () => connection.published.get("screen")?.unpublish(),
    });
    this.state.value = connection.state;
    this.media.value = connection.mediaState;
    this.quality = watchQuality(async () => {
      const { send, receive } = await connection.getStats();
      return receive ?? send;
    });
    this.#stop = [
      this.participants.listen(),
      this.messages.listen(),
      connection.on("screenshare", (sharing) => this.screen.changed(sharing)),
      connection.on("publicationchanged", (change) => this.#publicationChanged(change)),
      () => this.#stopSending(),
      () => this.speakers.dispose(),
      this.quality.stop,
      connection.on("mediastatechange", (media) => {
        this.media.value = media;
        if (media === "failed") announce(NO_PATH);
      }),
      connection.on("statechange", (state) => this.#changeState(state)),
      connection.on("error", (error) => console.warn("Radist:", error.code, error.message)),
      connection.on("closed", (ending) => onEnd(endReasonOf(ending))),
    ];
    this.sendAgain();
  }

  /** Sends the devices, also those that could not be sent before. */
  sendAgain(): void {
    this.#stopSending();
    this.unsent.value = {};
    // What cannot be sent is shown as such, by `publicationchanged`.
    this.#stopSending = sendDevices(this.connection, this.devices.local);
  }

  leave(): Promise<void> {
    return this.connection.leave();
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  #publicationChanged(change: PublicationChange): void {
    const before = this.unsent.peek();
    this.unsent.value = unsentAfter(before, change);
    for (const kind of ["microphone", "camera"] as const) {
      const unsent = this.unsent.peek()[kind];
      if (unsent && unsent !== before[kind]) announce(unsentText(kind, unsent));
    }
  }

  #changeState(state: RoomState): void {
    const before = this.state.peek();
    this.state.value = state;
    void this.quality.update();
    if (state === "reconnecting" && this.media.peek() === "failed") return;
    if (state === "reconnecting") announce("Connection lost. Reconnecting.");
    else if (before === "reconnecting" && state === "connected") announce("You are connected again.");
  }
}
