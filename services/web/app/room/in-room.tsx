import { useSignal } from "@preact/signals";
import { ControlBar } from "../meeting/control-bar.tsx";
import { Frame } from "../meeting/frame.tsx";
import { Composer } from "../messages/composer.tsx";
import { MessagePanel } from "../messages/panel.tsx";
import { roomLink } from "../router.ts";
import { IconButton } from "../ui/button.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { ParticipantsDialog } from "./participants-dialog.tsx";
import { RecipientPicker } from "./recipient-picker.tsx";
import { Sounds } from "./sounds.tsx";
import { Stage } from "./stage.tsx";
import { RoomStatus } from "./status.tsx";

interface InRoomProps {
  readonly room: JoinedRoom;
  readonly roomId: string;
  readonly onLeave: () => void;
}

export function InRoom({ room, roomId, onLeave }: InRoomProps) {
  const { devices, messages, participants, screen } = room;
  const peopleOpen = useSignal(false);
  const link = roomLink(roomId);
  const count = participants.all.value.length + 1;
  const recipient = messages.recipient.value;
  const showPeople = (): void => {
    peopleOpen.value = true;
  };
  return (
    <>
      <Frame
        kind="room"
        title={`Room (${count})`}
        devices={devices}
        screen={screen}
        log={messages}
        link={link}
        shortcuts={{ p: showPeople }}
        status={<RoomStatus room={room} />}
        stage={<Stage room={room} link={link} onMore={showPeople} />}
        panel={(onClose) => (
          <MessagePanel
            log={messages}
            senderName="Guest"
            hint="Messages are deleted when you close this page. People who join later cannot see them."
            onClose={onClose}
          >
            <Composer
              open={room.state.value === "connected" && !messages.isRecipientGone.value}
              hint={
                messages.isRecipientGone.value
                  ? `${recipient?.name} has left. Choose someone else to write to.`
                  : "You can write again once you are reconnected."
              }
              onWrite={(text) => void messages.write(text)}
              focusOn={messages.recipientChoices.value}
            >
              <RecipientPicker messages={messages} participants={participants} />
            </Composer>
          </MessagePanel>
        )}
        controls={
          <ControlBar label="Room controls" devices={devices} screen={screen} log={messages} onLeave={onLeave}>
            <IconButton
              icon="people"
              label={`People (${count}) and link`}
              shortcut="P"
              count={count}
              onClick={showPeople}
              testId="people"
            />
          </ControlBar>
        }
      />
      <Sounds room={room} />
      {peopleOpen.value && <ParticipantsDialog room={room} link={link} onClose={() => (peopleOpen.value = false)} />}
    </>
  );
}
