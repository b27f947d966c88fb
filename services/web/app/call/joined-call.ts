import { effect, signal } from "@preact/signals";
import type { RadistConnection } from "@radist-tech/client";
import type { LocalMedia } from "../media/device-signals.ts";
import { watchQuality } from "../meeting/quality.ts";
import { Conversation } from "../messages/conversation.ts";
import type { WireMessage } from "../messages/wire.ts";
import { announce } from "../ui/announcer.tsx";
import { ownName } from "../ui/name.ts";
import { type Over, overOf } from "../meeting/ending.ts";
import { Other } from "./remote-peer.ts";
import { saveResume } from "./resume-store.ts";

/** One seat that was taken: what the SDK tells becomes what the view shows, and what the user does becomes the SDK's. */
export class JoinedCall {
  readonly connection: RadistConnection;
  readonly media: LocalMedia;
  readonly other = new Other();
  readonly conversation: Conversation;
  /** The own socket to the platform; the media may well flow while it reconnects. */
  readonly signaling = signal<"connected" | "reconnecting">("connected");
  /** The path to the other browser. */
  readonly path = signal<RTCPeerConnectionState>("new");
  readonly figures: ReturnType<typeof watchQuality>;
  readonly #stop: (() => void)[];

  constructor(connection: RadistConnection, media: LocalMedia, onOver: (over: Over) => void) {
    this.connection = connection;
    this.media = media;
    this.figures = watchQuality(() => connection.getStats());
    this.conversation = new Conversation({
      send: async (payload) => connection.send(payload),
      onPresence: (presence) => {
        this.other.presence.value = presence;
      },
    });
    this.#stop = [...this.#follow(onOver), ...this.#publish(), this.figures.stop];
  }

  /** Frees what this object holds. The connection itself is left, or over already. */
  dispose(): void {
    for (const stop of this.#stop) stop();
    this.conversation.dispose();
  }

  #follow(onOver: (over: Over) => void): (() => void)[] {
    const { connection, other, conversation } = this;
    return [
      connection.on("statechange", ({ signaling, media }) => {
        this.path.value = media;
        void this.figures.look();
        if (signaling === "closed") return;
        const next = signaling === "connected" ? "connected" : "reconnecting";
        if (next !== this.signaling.peek())
          announce(next === "connected" ? "You are connected again." : "Connection lost. Reconnecting.");
        this.signaling.value = next;
        if (next === "connected") this.#remember();
      }),
      connection.on("remotestream", (stream) => {
        other.stream.value = stream;
      }),
      connection.on("peerjoined", ({ peerId }) => {
        other.isNew();
        const status = connection.call?.peers.find((peer) => peer.peerId === peerId)?.status;
        if (status === "disconnected") other.whereabouts.value = { at: "away" };
        announce(status === "disconnected" ? "Waiting for the other person." : "The other person is here.");
      }),
      connection.on("peerreconnected", () => {
        other.whereabouts.value = { at: "present" };
        announce(`${other.name} is back.`);
      }),
      connection.on("peerleft", ({ reason }) => {
        if (reason === "disconnected") {
          other.whereabouts.value = { at: "away" };
          announce(`${other.name} lost their connection. Waiting for them.`);
        } else {
          other.isGone(reason);
          announce(reason === "left" ? `${other.name} left the call.` : `${other.name} did not come back.`);
        }
      }),
      connection.on("datachannelopen", () => {
        conversation.channelOpened();
        this.#tellPresence();
      }),
      connection.on("datachannelclose", () => conversation.channelClosed()),
      connection.on("message", (message) => conversation.receive(message)),
      connection.on("error", (error) => console.warn("Radist:", error.code, error.message)),
      connection.on("closed", (ending) => onOver(overOf(ending))),
    ];
  }

  #publish(): (() => void)[] {
    const replace = (kind: "audio" | "video", track: MediaStreamTrack | null): void => {
      const present = this.connection.localStream?.getTracks().find((candidate) => candidate.kind === kind) ?? null;
      if (present === track) return;
      this.connection.replaceTrack(kind, track).catch((error: unknown) => console.warn("Radist:", error));
    };
    return [
      effect(() => replace("audio", this.media.audio.value)),
      effect(() => replace("video", this.media.video.value)),
      effect(() => this.#tellPresence()),
    ];
  }

  #tellPresence(): void {
    const { media } = this;
    const presence: WireMessage = {
      type: "presence",
      name: ownName.value,
      muted: media.muted.value || media.audio.value === null,
      camera: media.camera.value !== null,
      screen: media.screen.value !== null,
    };
    if (!this.conversation.open.peek()) return;
    // A channel that closes meanwhile says so itself; the next one is told again when it opens.
    this.connection.send(presence).catch(() => undefined);
  }

  #remember(): void {
    const state = this.connection.resumeState;
    if (state) saveResume(state);
  }
}
