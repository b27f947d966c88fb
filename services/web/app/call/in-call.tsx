import { ControlBar } from "../meeting/control-bar.tsx";
import { Frame } from "../meeting/frame.tsx";
import { Composer } from "../messages/composer.tsx";
import { MessagePanel } from "../messages/panel.tsx";
import { callLink } from "../router.ts";
import type { JoinedCall } from "./joined-call.ts";
import { SafetyButton } from "./safety-button.tsx";
import { Stage } from "./stage.tsx";
import { CallStatus } from "./status-chip.tsx";

interface InCallProps {
  readonly call: JoinedCall;
  readonly callId: string;
  readonly onLeave: () => void;
}

export function InCall({ call, callId, onLeave }: InCallProps) {
  const { devices, conversation, peer, screen } = call;
  const link = callLink(callId);
  return (
    <Frame
      kind="call"
      title={peer.presence.value.name || "Call"}
      devices={devices}
      screen={screen}
      log={conversation}
      link={link}
      status={<CallStatus call={call} />}
      headerButtons={<SafetyButton safety={call.safety} peer={peer} />}
      stage={<Stage call={call} link={link} />}
      panel={(onClose) => (
        <MessagePanel
          log={conversation}
          files={conversation.files}
          senderName={peer.name}
          hint="Messages and files go directly to the other browser. They are deleted when you close this page."
          onClose={onClose}
        >
          <Composer
            open={conversation.open.value}
            hint="You can write once you are connected."
            onWrite={(text) => void conversation.write(text)}
            files={conversation.files}
          />
        </MessagePanel>
      )}
      controls={
        <ControlBar label="Call controls" devices={devices} screen={screen} log={conversation} onLeave={onLeave} />
      }
    />
  );
}
