import { ShareLink } from "../share/share-link.tsx";
import { IconButton } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { ownName } from "../ui/name.ts";
import type { JoinedRoom } from "./joined-room.ts";
import type { RemoteParticipant } from "./participant.ts";
import "./participants-dialog.css";

interface ParticipantsDialogProps {
  readonly room: JoinedRoom;
  readonly link: string;
  readonly onClose: () => void;
}

/** Who is here, and the link for those who are not yet. */
export function ParticipantsDialog({ room, link, onClose }: ParticipantsDialogProps) {
  const { devices } = room;
  const all = room.participants.all.value;
  return (
    <Dialog title={`People (${all.length + 1})`} onClose={onClose} testId="people-dialog">
      <ShareLink link={link} to="room" />
      <ul class="people">
        <li>
          <span class="people-name">{ownName.value ? `${ownName.value} (you)` : "You"}</span>
          <States isSilent={devices.isSilent.value} hasCamera={devices.camera.value !== undefined} />
        </li>
        {all.map((participant) => (
          <ParticipantLine
            key={participant.peerId}
            participant={participant}
            onWrite={() => {
              onClose();
              room.messages.writeTo(participant);
            }}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function ParticipantLine({ participant, onWrite }: { participant: RemoteParticipant; onWrite: () => void }) {
  const { isConnected, isSilent, camera } = participant.state.value;
  return (
    <li data-testid={`person-${participant.peerId}`} data-connected={isConnected}>
      <span class="people-name">
        {participant.name}
        {!isConnected && <span class="people-lost">Connection lost</span>}
      </span>
      <States isSilent={isSilent} hasCamera={camera !== undefined} />
      <IconButton icon="chat" label={`Write to ${participant.name} privately`} small onClick={onWrite} />
    </li>
  );
}

function States({ isSilent, hasCamera }: { isSilent: boolean; hasCamera: boolean }) {
  return (
    <span class="people-states">
      <State icon={isSilent ? "mic-off" : "mic"} text={isSilent ? "Muted" : "Microphone on"} off={isSilent} />
      <State
        icon={hasCamera ? "camera" : "camera-off"}
        text={hasCamera ? "Camera on" : "Camera off"}
        off={!hasCamera}
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
