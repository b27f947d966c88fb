import { ControlBar } from "../meeting/control-bar.tsx";
import { Frame } from "../meeting/frame.tsx";
import { Composer } from "../messages/composer.tsx";
import { MessagePanel } from "../messages/panel.tsx";
import { callLink } from "../router.ts";
import type { JoinedCall } from "./joined-call.ts";
import { toggleScreen } from "./screen.ts";
import { Stage } from "./stage.tsx";
import { CallStatus } from "./status-chip.tsx";

interface InCallProps {
  readonly call: JoinedCall;
  readonly callId: string;
  readonly onLeave: () => void;
}

export function InCall({ call, callId, onLeave }: InCallProps) {
  const { media, conversation, other } = call;
  const link = callLink(callId);
  const onScreen = (): void => void toggleScreen(media);
  return (
    <Frame
      kind="call"
      title={other.presence.value.name || "Call"}
      media={media}
      log={conversation}
      link={link}
      onScreen={onScreen}
      status={<CallStatus call={call} />}
      stage={<Stage call={call} link={link} />}
      panel={(onClose) => (
        <MessagePanel
          log={conversation}
          files={conversation.files}
          otherName={other.name}
          hint="Messages and files go straight to the other browser and are gone when you close this page."
          onClose={onClose}
        >
          <Composer
            open={conversation.open.value}
            hint="You can write as soon as you are connected."
            onWrite={(text) => void conversation.write(text)}
            files={conversation.files}
          />
        </MessagePanel>
      )}
      controls={
        <ControlBar
          label="Call controls"
          media={media}
          log={conversation}
          sharing={media.screen.value !== null}
          onScreen={onScreen}
          onLeave={onLeave}
        />
      }
    />
  );
}
