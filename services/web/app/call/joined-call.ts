import { effect, signal } from "@preact/signals";
import { type RadistConnection, sendDevices } from "@radist-tech/client";
import type { DeviceSignals } from "../media/device-signals.ts";
import { type EndReason, endReasonOf } from "../meeting/ending.ts";
import type { JoinedMeeting } from "../meeting/meeting-kind.ts";
import { NO_PATH } from "../meeting/no-path.ts";
import { watchQuality } from "../meeting/quality.ts";
import { ScreenSharing } from "../meeting/screen-sharing.ts";
import { Speakers } from "../meeting/speakers.ts";
import { Conversation } from "../messages/conversation.ts";
import type { WireMessage } from "../messages/wire.ts";
import { announce } from "../ui/announcer.tsx";
import { ownName } from "../ui/name.ts";
import { CallSafety } from "./call-safety.ts";
import { RemotePeer } from "./remote-peer.ts";

/** The part of a connection that a joined call needs. */
export type CallConnection = Pick<
  RadistConnection,
  | "on"
  | "call"
  | "localStream"
  | "replaceTrack"
  | "setMicrophone"
  | "shareScreen"
  | "stopSharing"
  | "send"
  | "sendFile"
  | "getStats"
  | "diagnose"
  | "getSafetyNumber"
  | "leave"
>;

/** A call that was joined: turns the SDK's events into what the views show, and the user's actions into the SDK's calls. */
export class JoinedCall implements JoinedMeeting {
  readonly connection: CallConnection;
  readonly devices: DeviceSignals;
  readonly peer = new RemotePeer();
  readonly conversation: Conversation;
  readonly screen: ScreenSharing;
  readonly speakers: Speakers;
  /** This side's socket to the platform; the media may well flow while it reconnects. */
  readonly signaling = signal<"connected" | "reconnecting">("connected");
  /** The path to the other browser. */
  readonly path = signal<RTCPeerConnectionState>("new");
  readonly safety: CallSafety;
  readonly quality: ReturnType<typeof watchQuality>;
  readonly #stop: (() => void)[];

  constructor(connection: CallConnection, devices: DeviceSignals, onEnd: (reason: EndReason) => void) {
    this.connection = connection;
    this.devices = devices;
    this.safety = new CallSafety(connection);
    this.quality = watchQuality(() => connection.getStats());
    this.conversation = new Conversation({
      send: (payload) => connection.send(payload),
      sendFile: (file, options) => connection.sendFile(file, options),
      onPresence: (presence) => {
        this.peer.presence.value = presence;
      },
    });
    this.screen = new ScreenSharing({
      start: (options) => connection.shareScreen(options),
      stop: () => connection.stopSharing(),
    });
    this.speakers = new Speakers(devices);
    this.#stop = [
      ...this.#listen(onEnd),
      sendDevices(connection, devices.local),
      effect(() => this.#sendPresence()),
      this.quality.stop,
      () => this.safety.dispose(),
      () => this.speakers.dispose(),
    ];
  }

  leave(): Promise<void> {
    return this.connection.leave();
  }

  dispose(): void {
    for (const stop of this.#stop) stop();
    this.conversation.dispose();
  }

  #listen(onEnd: (reason: EndReason) => void): (() => void)[] {
    const { connection, peer, conversation } = this;
    return [
      connection.on("statechange", ({ signaling, media }) => {
        if (media === "failed" && media !== this.path.peek()) announce(NO_PATH);
        this.path.value = media;
        void this.quality.update();
        if (signaling === "closed") return;
        const next = signaling === "connected" ? "connected" : "reconnecting";
        if (next !== this.signaling.peek())
          announce(next === "connected" ? this.#backText(media) : "Connection lost. Reconnecting.");
        this.signaling.value = next;
      }),
      connection.on("remotestream", (stream) => {
        peer.stream.value = stream.getTracks().length > 0 ? stream : null;
      }),
      connection.on("peermedia", (media) => peer.mediaChanged(media)),
      connection.on("peerjoined", ({ peerId }) => {
        const status = connection.call?.peers.find((each) => each.peerId === peerId)?.status;
        const isConnected = status !== "disconnected";
        peer.joined(isConnected);
        announce(isConnected ? "The other person is here." : "Waiting for the other person.");
      }),
      connection.on("peerreconnected", () => {
        peer.reconnected();
        announce(`${peer.name} is back.`);
      }),
      connection.on("peerleft", ({ reason }) => {
        if (reason === "disconnected") {
          peer.disconnected();
          announce(`${peer.name} lost the connection. Waiting for them to come back.`);
        } else {
          peer.gone(reason);
          announce(reason === "left" ? `${peer.name} left the call.` : `${peer.name} did not come back.`);
        }
      }),
      connection.on("screenshare", (sharing) => this.screen.changed(sharing)),
      connection.on("datachannelopen", () => {
        conversation.channelOpened();
        this.#sendPresence();
      }),
      connection.on("datachannelclose", () => conversation.channelClosed()),
      connection.on("message", (message) => conversation.receive(message)),
      connection.on("file", (file) => void conversation.files.receive(file)),
      connection.on("error", (error) => console.warn("Radist:", error.code, error.message)),
      connection.on("closed", (ending) => onEnd(endReasonOf(ending))),
    ];
  }

  /** Only what is true: the socket may be back, and the media not. */
  #backText(media: RTCPeerConnectionState): string {
    const isWhole = media === "connected" || this.peer.status.peek().at !== "present";
    return isWhole
      ? "You are connected again."
      : "The server can be reached again. Sound and video are still interrupted.";
  }

  #sendPresence(): void {
    const { devices, screen } = this;
    const presence: WireMessage = {
      type: "presence",
      name: ownName.value,
      muted: devices.isSilent.value,
      camera: devices.camera.value !== undefined,
      screen: screen.isShared.value,
    };
    if (!this.conversation.open.peek()) return;
    // A channel that closes says so itself, and the next one gets the presence when it opens.
    this.connection.send(presence).catch(() => undefined);
  }
}
