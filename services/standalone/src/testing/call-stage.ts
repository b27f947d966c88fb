import { LocalDevices, RadistClient, type RadistConnection } from "@radist-tech/client";

// Runs in the browser: both sides of a call, by the SDK alone.

export class CallStage {
  readonly sdk = { LocalDevices };
  /** What the callee was told, in order. */
  readonly told: string[] = [];
  readonly errors: string[] = [];
  #caller: RadistConnection | undefined;
  #callee: RadistConnection | undefined;

  get caller(): RadistConnection {
    return present(this.#caller);
  }

  get callee(): RadistConnection {
    return present(this.#callee);
  }

  /** @param localStream of the caller; undefined: the SDK opens the devices. The callee sends nothing. */
  async enter(
    publicKey: string,
    callTokens: readonly string[],
    localStream?: MediaStream,
    rtcConfiguration?: RTCConfiguration,
  ): Promise<void> {
    const radist = new RadistClient({ publicKey, apiBaseUrl: "/api/v1", rtcConfiguration });
    const [callToken = "", otherToken = ""] = callTokens;
    const channels = ["audio", "video"] as const;
    this.#callee = await radist.createConnection({
      callToken: otherToken,
      channels,
      localStream: new MediaStream(),
    });
    this.#callee.on("remotestream", (stream) => {
      this.told.push(`remotestream ${stream.getTracks().length}`);
      // What is not played has no energy.
      void Object.assign(new Audio(), { srcObject: stream }).play();
    });
    this.#caller = await radist.createConnection({ callToken, channels, ...(localStream && { localStream }) });
    this.#caller.on("error", ({ code }) => this.errors.push(code));
  }

  /** A tone, as a microphone's track. */
  tone(): MediaStreamTrack {
    const audio = new AudioContext();
    const oscillator = audio.createOscillator();
    const output = audio.createMediaStreamDestination();
    oscillator.connect(output);
    oscillator.start();
    return present(output.stream.getAudioTracks()[0]);
  }

  /** A picture that changes all the time. */
  drawing(): MediaStreamTrack {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const context = canvas.getContext("2d");
    setInterval(() => {
      if (!context) return;
      context.fillStyle = `hsl(${(performance.now() / 10) % 360} 80% 50%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 1_000 / 30);
    return present(canvas.captureStream(30).getVideoTracks()[0]);
  }

  /** A figure of what the callee receives. */
  async received(kind: "audio" | "video", figure: string): Promise<number> {
    const report = await this.callee.peerConnection?.getStats();
    let sum = 0;
    report?.forEach((stat: { type: string; kind?: string; [figure: string]: unknown }) => {
      const value = stat[figure];
      if (stat.type === "inbound-rtp" && stat.kind === kind && typeof value === "number") sum += value;
    });
    return sum;
  }
}

function present<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("Not yet.");
  return value;
}

Object.assign(window, { calls: new CallStage() });
