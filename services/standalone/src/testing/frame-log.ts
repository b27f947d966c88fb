import type { PassedFrame } from "./frame-worker.ts";

// Runs in the browser.

/** RTP timestamps of the encoded frames of each track, by its id, in the order in which they passed. */
export type FrameLog = ReadonlyMap<string, readonly number[]>;

/**
 * Logs what is sent, and what has arrived whole and goes to the decoder. Of connections that the page makes from now on:
 * Chromium shows the frames of a sender or receiver only to who asks for them when it is made.
 *
 * @param workerUrl of `frame-worker.ts`
 */
export function logFrames(workerUrl: string): FrameLog {
  const log = new Map<string, number[]>();
  const worker = new Worker(workerUrl, { type: "module" });
  worker.onmessage = ({ data: { trackId, rtpTimestamp } }: MessageEvent<PassedFrame>) => {
    const frames = log.get(trackId) ?? [];
    log.set(trackId, frames);
    frames.push(rtpTimestamp);
  };
  const watch = (end: RTCRtpSender | RTCRtpReceiver) => {
    end.transform = new RTCRtpScriptTransform(worker, end.track?.id);
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener("track", ({ receiver }) => watch(receiver));
    }

    override addTransceiver(trackOrKind: MediaStreamTrack | string, init?: RTCRtpTransceiverInit): RTCRtpTransceiver {
      const transceiver = super.addTransceiver(trackOrKind, init);
      watch(transceiver.sender);
      return transceiver;
    }
  };
  return log;
}
