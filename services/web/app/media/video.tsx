import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import "./video.css";

interface VideoProps {
  readonly source: MediaStream | MediaStreamTrack | null;
  readonly label: string;
  readonly testId: string;
  readonly muted?: boolean;
  readonly mirrored?: boolean;
  /** `adaptive`: fills its place, unless that would cut most of a picture of the other orientation away. */
  readonly fit?: "cover" | "contain" | "adaptive";
  readonly hidden?: boolean;
  /** The browser did not let sound start before the user touched the page. */
  readonly onBlocked?: (play: () => void) => void;
}

/** Shows a stream, or one track of it, as it comes. */
export function Video({ source, label, testId, muted, mirrored, fit = "cover", hidden, onBlocked }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const portrait = useSignal(false);

  useEffect(() => {
    const video = element.current;
    if (!video) return;
    video.srcObject = source instanceof MediaStreamTrack ? new MediaStream([source]) : source;
    if (!source) return;
    video.play().catch((error: unknown) => {
      // AbortError: another source came before this one played.
      if (error instanceof DOMException && error.name === "NotAllowedError") onBlocked?.(() => void video.play());
    });
  }, [source]);

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
