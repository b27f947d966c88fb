import { ShareLink } from "../share/share-link.tsx";
import { IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { ownName } from "../ui/name.ts";
import type { JoinedRoom } from "./joined-room.ts";
import type { Person } from "./participant.ts";
import "./participants-dialog.css";

interface PeopleDialogProps {
  readonly room: JoinedRoom;
  readonly link: string;
  readonly onClose: () => void;
}

/** Who is here, and the link for who is not yet. */
export function PeopleDialog({ room, link, onClose }: PeopleDialogProps) {
  const { media } = room;
  const all = room.people.all.value;
  return (
    <Dialog title={`People (${all.length + 1})`} onClose={onClose} testId="people-dialog">
      <ShareLink link={link} to="room" />
      <ul class="people">
        <li>
          <span class="people-name">{ownName.value ? `${ownName.value} (you)` : "You"}</span>
          <States isSilent={media.muted.value || media.audio.value === null} hasPicture={media.camera.value !== null} />
        </li>
        {all.map((person) => (
          <PersonLine
            key={person.peerId}
            person={person}
            onWrite={() => {
              onClose();
              room.messages.writeTo(person);
            }}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function PersonLine({ person, onWrite }: { person: Person; onWrite: () => void }) {
  const { isConnected, isSilent, picture } = person.state.value;
  return (
    <li data-testid={`person-${person.peerId}`} data-connected={isConnected}>
      <span class="people-name">
        {person.name}
        {!isConnected && <span class="people-lost">Connection lost</span>}
      </span>
      <States isSilent={isSilent} hasPicture={picture !== undefined} />
      <IconButton icon="chat" label={`Write to ${person.name} alone`} small onClick={onWrite} />
    </li>
  );
}

function States({ isSilent, hasPicture }: { isSilent: boolean; hasPicture: boolean }) {
  return (
    <span class="people-states">
      <State icon={isSilent ? "mic-off" : "mic"} text={isSilent ? "Muted" : "Can be heard"} off={isSilent} />
      <State
        icon={hasPicture ? "camera" : "camera-off"}
        text={hasPicture ? "Camera on" : "Camera off"}
        off={!hasPicture}
      />
    </span>
  );
}

interface StateProps {
  readonly icon: "mic" | "mic-off" | "camera" | "camera-off";
  readonly text: string;
  readonly off: boolean;
}

function State({ icon, text, off }: StateProps) {
  return (
    <span class={off ? "people-off" : ""} title={text}>
      <Icon name={icon} size={18} />
      <span class="visually-hidden">{text}</span>
    </span>
  );
}
