import { useSignal } from "@preact/signals";
import type { RemoteTrack } from "@radist-tech/client";
import { useEffect, useRef } from "preact/hooks";
import "../media/video.css";
import type { JoinedRoom } from "./joined-room.ts";

interface TrackVideoProps {
  readonly room: JoinedRoom;
  readonly track: RemoteTrack;
  readonly label: string;
  readonly fit: "cover" | "contain";
  /** The size of the picture itself, whenever it changes. */
  readonly onSize?: (width: number, height: number) => void;
}

/** Shows someone's track. The platform knows how large it is shown, and sends no more than that. */
export function TrackVideo({ room, track, label, fit, onSize }: TrackVideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const upright = useSignal(false);
  useEffect(() => {
    const video = element.current;
    if (!video) return undefined;
    const detach = room.connection.attach(track, video);
    const { playback } = room.speakers;
    void playback.play(video);
    return () => {
      detach();
      playback.remove(video);
    };
  }, [track]);
  return (
    <video
      ref={element}
      class={`video video-${fit} ${upright.value ? "video-upright" : ""}`}
      autoplay
      playsInline
      muted
      aria-label={label}
      data-testid={`video-${track.peerId}-${track.source}`}
      onResize={({ currentTarget: { videoWidth, videoHeight } }) => {
        upright.value = videoHeight > videoWidth;
        onSize?.(videoWidth, videoHeight);
      }}
    />
  );
}
