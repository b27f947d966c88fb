import type { RemoteTrack } from "@radist-tech/client";
import { useEffect, useRef } from "preact/hooks";
import type { JoinedRoom } from "./joined-room.ts";
import type { Person } from "./participant.ts";

/** Everybody is heard, on the stage or not. */
export function Sounds({ room }: { room: JoinedRoom }) {
  return (
    <>
      {room.people.all.value.map((person) => (
        <SoundsOf key={person.peerId} room={room} person={person} />
      ))}
    </>
  );
}

function SoundsOf({ room, person }: { room: JoinedRoom; person: Person }) {
  return (
    <>
      {person.state.value.sounds.map((track) => (
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
    void room.playback.start(audio);
    return () => {
      detach();
      room.playback.forget(audio);
    };
  }, [track]);
  // biome-ignore lint/a11y/useMediaCaption: a live voice has no captions
  return <audio ref={element} autoplay data-testid={`sound-${track.peerId}`} />;
}
