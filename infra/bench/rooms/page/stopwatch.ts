/// <reference lib="dom" />

/** The way to the first picture, in the order in which it is gone. */
export const STAGES = ["token", "socket", "joined", "transport", "dtls", "rtp", "frame"] as const;
export type Stage = (typeof STAGES)[number];

/** When each stage was reached, milliseconds from the start. */
export type Times = Readonly<Record<Stage, number>>;

/** Watches one join of a page from outside: what it sees is the browser's, whoever wrote the page. */
export class Stopwatch {
  readonly #startedAt = performance.now();
  readonly #times: Partial<Record<Stage, number>> = {};

  constructor() {
    const reached = (stage: Stage) => this.reached(stage);
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener("iceconnectionstatechange", () => {
          if (this.iceConnectionState === "connected" || this.iceConnectionState === "completed") reached("transport");
        });
        this.addEventListener("connectionstatechange", () => {
          if (this.connectionState === "connected") reached("dtls");
        });
        // Muted until something arrives.
        this.addEventListener("track", ({ track }) => track.addEventListener("unmute", () => reached("rtp")));
      }
    };
  }

  reached(stage: Stage): void {
    this.#times[stage] ??= performance.now() - this.#startedAt;
  }

  watch(socket: WebSocket): WebSocket {
    socket.addEventListener("open", () => this.reached("socket"), { once: true });
    socket.addEventListener("message", () => this.reached("joined"), { once: true });
    return socket;
  }

  /** Resolves when a picture is shown. */
  shown(video: HTMLVideoElement): Promise<Times> {
    return new Promise((resolve) => {
      video.requestVideoFrameCallback(() => {
        this.reached("frame");
        resolve(this.#times as Times);
      });
    });
  }
}
