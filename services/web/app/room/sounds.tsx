import type { RemoteTrack } from "@radist-tech/client";
import { useEffect, useRef } from "preact/hooks";
import type { JoinedRoom } from "./joined-room.ts";
import type { RemoteParticipant } from "./participant.ts";

/** Everyone is heard, whether they have a tile or not. */
export function Sounds({ room }: { room: JoinedRoom }) {
  return (
    <>
      {room.participants.all.value.map((participant) => (
        <SoundsOf key={participant.peerId} room={room} participant={participant} />
      ))}
    </>
  );
}

function SoundsOf({ room, participant }: { room: JoinedRoom; participant: RemoteParticipant }) {
  return (
    <>
      {participant.state.value.sounds.map((track) => (
        <Sound key={track.source} room={room} track={track} />
      ))}
    </>
  );
}

function Sound({ room, track }: { room: JoinedRoom; track: RemoteTrack }) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return undefined;
    const detach = room.connection.attach(track, audio);
    const { playback } = room.speakers;
    void playback.play(audio);
    return () => {
      detach();
      playback.remove(audio);
    };
  }, [track]);
  // biome-ignore lint/a11y/useMediaCaption: a live voice has no captions
  return <audio ref={element} autoplay data-testid={`sound-${track.peerId}`} />;
}
