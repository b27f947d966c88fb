import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import type { Person } from "./participant.ts";
import { QualityMark } from "./quality-mark.tsx";
import { Tile } from "./tile.tsx";
import { TrackVideo } from "./track-video.tsx";

export function PersonTile({ room, person }: { room: JoinedRoom; person: Person }) {
  const { name, peerId } = person;
  const { picture, isSilent, isConnected } = person.state.value;
  const lines = useSignal(0);
  useEffect(() => {
    if (!picture) lines.value = 0;
  }, [picture === undefined]);
  const states = [isSilent && "muted", !picture && "camera off", !isConnected && "connection lost"].filter(Boolean);
  return (
    <Tile
      testId={`tile-${peerId}`}
      label={[name, ...states].join(", ")}
      name={name}
      isSilent={isSilent}
      isSpeaking={room.people.speaker.value === peerId}
      picture={
        picture && (
          <TrackVideo
            room={room}
            track={picture.track}
            label={`Picture of ${name}`}
            fit="cover"
            onSize={(width, height) => {
              lines.value = Math.min(width, height);
            }}
          />
        )
      }
      mark={picture && <QualityMark state={picture} lines={lines.value} />}
      action={
        <button
          type="button"
          class="tile-write"
          aria-label={`Write to ${name} alone`}
          title={`Write to ${name} alone`}
          onClick={() => room.messages.writeTo(person)}
          data-testid={`write-${peerId}`}
        >
          <Icon name="chat" size={18} />
        </button>
      }
      trouble={isConnected ? undefined : "Connection lost"}
    />
  );
}
