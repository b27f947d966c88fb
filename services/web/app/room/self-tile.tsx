import { Video } from "../media/video.tsx";
import { ownName } from "../ui/name.ts";
import type { JoinedRoom } from "./joined-room.ts";
import { Tile } from "./tile.tsx";

/** The user's own picture, as in a mirror, since that is how people know their face. */
export function SelfTile({ room }: { room: JoinedRoom }) {
  const { devices, participants, connection } = room;
  const camera = devices.camera.value;
  const unsent = room.unsent.value;
  // What is shown is what the others get.
  const isSilent = devices.isSilent.value || unsent.microphone !== undefined;
  const states = [isSilent && "muted", !camera && "camera off", unsent.camera && "the others cannot see you"].filter(
    Boolean,
  );
  return (
    <Tile
      testId="self-tile"
      label={["You", ...states].join(", ")}
      name={ownName.value ? `${ownName.value} (you)` : "You"}
      isSilent={isSilent}
      isSpeaking={participants.speaker.value === connection.peerId && participants.all.value.length > 0}
      picture={camera ? <Video source={camera} label="Your camera" testId="local-video" muted mirrored /> : undefined}
      trouble={unsent.camera && "Not sent"}
    />
  );
}
