import { useSignal } from "@preact/signals";
import type { JoinedRoom } from "./joined-room.ts";
import type { RemoteParticipant } from "./participant.ts";
import { QualityMark } from "./quality-mark.tsx";
import { TrackVideo } from "./track-video.tsx";
import "./screen-tile.css";

/** A shared screen, not cropped. */
export function ScreenTile({ room, participant }: { room: JoinedRoom; participant: RemoteParticipant }) {
  const lines = useSignal(0);
  const { screen } = participant.state.value;
  if (!screen) return null;
  return (
    <figure class="screen-tile" data-testid={`screen-${participant.peerId}`}>
      <TrackVideo
        room={room}
        track={screen.track}
        label={`Screen shared by ${participant.name}`}
        fit="contain"
        onSize={(_width, height) => {
          lines.value = height;
        }}
      />
      <figcaption class="tile-name">
        <span>Screen shared by {participant.name}</span>
      </figcaption>
      <span class="tile-mark">
        <QualityMark state={screen} lines={lines.value} />
      </span>
    </figure>
  );
}
