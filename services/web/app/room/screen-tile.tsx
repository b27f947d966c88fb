import { useSignal } from "@preact/signals";
import type { JoinedRoom } from "./joined-room.ts";
import type { Person } from "./participant.ts";
import { QualityMark } from "./quality-mark.tsx";
import { TrackVideo } from "./track-video.tsx";
import "./screen-tile.css";

/** A shared screen, whole: nothing of it is cut off. */
export function ScreenTile({ room, person }: { room: JoinedRoom; person: Person }) {
  const lines = useSignal(0);
  const { screen } = person.state.value;
  if (!screen) return null;
  return (
    <figure class="screen-tile" data-testid={`screen-${person.peerId}`}>
      <TrackVideo
        room={room}
        track={screen.track}
        label={`Screen of ${person.name}`}
        fit="contain"
        onSize={(_width, height) => {
          lines.value = height;
        }}
      />
      <figcaption class="tile-name">
        <span>Screen of {person.name}</span>
      </figcaption>
      <span class="tile-mark">
        <QualityMark state={screen} lines={lines.value} />
      </span>
    </figure>
  );
}
