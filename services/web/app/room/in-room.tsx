import { useSignal } from "@preact/signals";
import { ControlBar } from "../meeting/control-bar.tsx";
import { Frame } from "../meeting/frame.tsx";
import { Composer } from "../messages/composer.tsx";
import { MessagePanel } from "../messages/panel.tsx";
import { roomLink } from "../router.ts";
import { IconButton } from "../ui/button.tsx";
import type { JoinedRoom } from "./joined-room.ts";
import { PeopleDialog } from "./participants-dialog.tsx";
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
  const { media, messages, people, screen } = room;
  const peopleOpen = useSignal(false);
  const link = roomLink(roomId);
  const count = people.all.value.length + 1;
  const recipient = messages.recipient.value;
  const onScreen = (): void => void screen.toggle();
  const showPeople = (): void => {
    peopleOpen.value = true;
  };
  return (
    <>
      <Frame
        kind="room"
        title={`Room of ${count}`}
        media={media}
        log={messages}
        link={link}
        onScreen={onScreen}
        shortcuts={{ p: showPeople }}
        status={<RoomStatus room={room} />}
        stage={<Stage room={room} link={link} onMore={showPeople} />}
        panel={(onClose) => (
          <MessagePanel
            log={messages}
            otherName="Guest"
            hint="Messages are gone when you close this page. Who comes later does not see them."
            onClose={onClose}
          >
            <Composer
              open={room.state.value === "connected" && !messages.isRecipientGone.value}
              hint={
                messages.isRecipientGone.value
                  ? `${recipient?.name} has left. Choose to whom you write.`
                  : "You can write as soon as you are connected again."
              }
              onWrite={(text) => void messages.write(text)}
              focusOn={messages.asked.value}
            >
              <RecipientPicker messages={messages} people={people} />
            </Composer>
          </MessagePanel>
        )}
        controls={
          <ControlBar
            label="Room controls"
            media={media}
            log={messages}
            sharing={screen.isShared.value}
            onScreen={onScreen}
            onLeave={onLeave}
          >
            <IconButton
              icon="people"
              label={`People and link, ${count} here`}
              shortcut="P"
              count={count}
              onClick={showPeople}
              testId="people"
            />
          </ControlBar>
        }
      />
      <Sounds room={room} />
      {peopleOpen.value && <PeopleDialog room={room} link={link} onClose={() => (peopleOpen.value = false)} />}
    </>
  );
}
