import { signal } from "@preact/signals";
import { type RadistRoomConnection, type RoomState, sendDevices } from "@radist-tech/client";
import type { DeviceSignals } from "../media/device-signals.ts";
import { type EndReason, endReasonOf } from "../meeting/ending.ts";
import type { JoinedMeeting } from "../meeting/meeting-kind.ts";
import { watchQuality } from "../meeting/quality.ts";
import { ScreenSharing } from "../meeting/screen-sharing.ts";
import { Speakers } from "../meeting/speakers.ts";
import { announce } from "../ui/announcer.tsx";
import { Participants } from "./participants.ts";
import { RoomMessages } from "./room-messages.ts";

/** A room that was joined: turns the SDK's events into what the views show, and the user's actions into the SDK's calls. */
export class JoinedRoom implements JoinedMeeting {
  readonly connection: RadistRoomConnection;
  readonly devices: DeviceSignals;
  readonly participants: Participants;
  readonly messages: RoomMessages;
  readonly screen: ScreenSharing;
  readonly speakers: Speakers;
  readonly state = signal<RoomState>("connecting");
  readonly quality: ReturnType<typeof watchQuality>;
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
    this.quality = watchQuality(async () => {
      const { send, receive } = await connection.getStats();
      return receive ?? send;
    });
    this.#stop = [
      this.participants.listen(),
      this.messages.listen(),
      connection.on("screenshare", (sharing) => this.screen.changed(sharing)),
      sendDevices(connection, devices.local),
      () => this.speakers.dispose(),
      this.quality.stop,
      connection.on("statechange", (state) => this.#changeState(state)),
      connection.on("error", (error) => console.warn("Radist:", error.code, error.message)),
      connection.on("closed", (ending) => onEnd(endReasonOf(ending))),
    ];
  }

  leave(): Promise<void> {
    return this.connection.leave();
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
  }

  #changeState(state: RoomState): void {
    const before = this.state.peek();
    this.state.value = state;
    void this.quality.update();
    if (state === "reconnecting") announce("Connection lost. Reconnecting.");
    else if (before === "reconnecting" && state === "connected") announce("You are connected again.");
  }
}
