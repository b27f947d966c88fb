import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import type { RemoteParticipant } from "./participant.ts";
import { QualityMark } from "./quality-mark.tsx";
import { Tile } from "./tile.tsx";
import { TrackVideo } from "./track-video.tsx";

export function ParticipantTile({ room, participant }: { room: JoinedRoom; participant: RemoteParticipant }) {
  const { name, peerId } = participant;
  const { camera, isSilent, isConnected } = participant.state.value;
  const lines = useSignal(0);
  useEffect(() => {
    if (!camera) lines.value = 0;
  }, [camera === undefined]);
  const states = [isSilent && "muted", !camera && "camera off", !isConnected && "connection lost"].filter(Boolean);
  return (
    <Tile
      testId={`tile-${peerId}`}
      label={[name, ...states].join(", ")}
      name={name}
      isSilent={isSilent}
      isSpeaking={room.participants.speaker.value === peerId}
      picture={
        camera && (
          <TrackVideo
            room={room}
            track={camera.track}
            label={`Video of ${name}`}
            fit="cover"
            onSize={(width, height) => {
              lines.value = Math.min(width, height);
            }}
          />
        )
      }
      mark={camera && <QualityMark state={camera} lines={lines.value} />}
      action={
        <button
          type="button"
          class="tile-write"
          aria-label={`Write to ${name} privately`}
          title={`Write to ${name} privately`}
          onClick={() => room.messages.writeTo(participant)}
          data-testid={`write-${peerId}`}
        >
          <Icon name="chat" size={18} />
        </button>
      }
      trouble={isConnected ? undefined : "Connection lost"}
    />
  );
}
