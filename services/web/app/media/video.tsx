import { useSignal } from "@preact/signals";
import type { Playback } from "@radist-tech/client";
import { useEffect, useRef } from "preact/hooks";
import "./video.css";

interface VideoProps {
  readonly source: MediaStream | MediaStreamTrack | null;
  readonly label: string;
  readonly testId: string;
  readonly muted?: boolean;
  readonly mirrored?: boolean;
  /** `adaptive`: fills its space, unless that would crop most of a video of the other orientation. */
  readonly fit?: "cover" | "contain" | "adaptive";
  readonly hidden?: boolean;
  /** What plays it, where it has sound. */
  readonly playback?: Playback;
}

/** Shows a stream, or one track of it, as it comes. */
export function Video({ source, label, testId, muted, mirrored, fit = "cover", hidden, playback }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const portrait = useSignal(false);

  useEffect(() => {
    const video = element.current;
    if (!video) return undefined;
    video.srcObject = source instanceof MediaStreamTrack ? new MediaStream([source]) : source;
    if (!source || !playback) return undefined;
    void playback.play(video);
    return () => playback.remove(video);
  }, [source, playback]);

  return (
    <video
      ref={element}
      class={`video video-${fit} video-${portrait.value ? "portrait" : "landscape"} ${mirrored ? "video-mirrored" : ""}`}
      hidden={hidden ?? false}
      autoplay
      playsInline
      muted={muted ?? false}
      aria-label={label}
      data-testid={testId}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
        portrait.value = videoHeight > videoWidth;
      }}
    />
  );
}
