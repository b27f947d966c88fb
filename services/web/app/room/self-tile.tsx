import { Video } from "../media/video.tsx";
import { ownName } from "../ui/name.ts";
import type { JoinedRoom } from "./joined-room.ts";
import { Tile } from "./tile.tsx";

/** Oneself, as in a mirror, since that is how people know their face. */
export function SelfTile({ room }: { room: JoinedRoom }) {
  const { media, people, connection } = room;
  const camera = media.camera.value;
  const isSilent = media.muted.value || media.audio.value === null;
  const states = [isSilent && "muted", !camera && "camera off"].filter(Boolean);
  return (
    <Tile
      testId="self-tile"
      label={["You", ...states].join(", ")}
      name={ownName.value ? `${ownName.value} (you)` : "You"}
      isSilent={isSilent}
      isSpeaking={people.speaker.value === connection.peerId && people.all.value.length > 0}
      picture={camera ? <Video source={camera} label="Your camera" testId="local-video" muted mirrored /> : undefined}
    />
  );
}
