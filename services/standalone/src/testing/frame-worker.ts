// Runs in a worker of the browser, where alone encoded frames can be seen. Each is told of, and goes on unchanged.

type Frame = RTCEncodedAudioFrame | RTCEncodedVideoFrame;

export interface PassedFrame {
  readonly trackId: string;
  /** The media server leaves it as it is where a track is sent in one size. */
  readonly rtpTimestamp: number;
}

/** Not among the types for pages, which these files are checked with. */
interface TransformEvent extends Event {
  readonly transformer: {
    readonly options: string;
    readonly readable: ReadableStream<Frame>;
    readonly writable: WritableStream<Frame>;
  };
}

addEventListener("rtctransform", (event) => {
  const { options: trackId, readable, writable } = (event as TransformEvent).transformer;
  const tell = new TransformStream<Frame, Frame>({
    transform(frame, onward) {
      const { rtpTimestamp } = frame.getMetadata();
      // Of silence Chromium makes empty frames (Opus DTX), which it does not send.
      const isSent = frame.data.byteLength > 0;
      if (isSent && rtpTimestamp !== undefined) postMessage({ trackId, rtpTimestamp } satisfies PassedFrame);
      onward.enqueue(frame);
    },
  });
  void readable.pipeThrough(tell).pipeTo(writable);
});
