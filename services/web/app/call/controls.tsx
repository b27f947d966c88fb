import { canShareScreen } from "../media/capture.ts";
import type { LocalMedia } from "../media/local-media.ts";
import { CameraButton, MicrophoneButton } from "../media/switches.tsx";
import { announce } from "../ui/announcer.tsx";
import { IconButton } from "../ui/button.tsx";
import type { JoinedCall } from "./joined-call.ts";
import "./controls.css";

export function Controls({ call, onLeave }: { call: JoinedCall; onLeave: () => void }) {
  const { media, conversation } = call;
  const sharing = media.screen.value !== null;
  const open = conversation.panelOpen.value;
  return (
    <fieldset class="controls" aria-label="Call controls">
      <MicrophoneButton media={media} />
      <CameraButton media={media} />
      {canShareScreen() && (
        <IconButton
          icon={sharing ? "screen-stop" : "screen"}
          label={sharing ? "Stop sharing the screen" : "Share the screen"}
          shortcut="S"
          tone={sharing ? "on" : "plain"}
          onClick={() => void toggleScreen(media)}
          testId="screen"
        />
      )}
      <IconButton
        icon="chat"
        label={open ? "Close messages" : "Messages"}
        shortcut="C"
        tone={open ? "on" : "plain"}
        badge={conversation.unread.value}
        onClick={() => conversation.setPanelOpen(!open)}
        testId="chat"
      />
      <IconButton icon="leave" label="Leave" tone="danger" onClick={onLeave} testId="leave" />
    </fieldset>
  );
}

export async function toggleScreen(media: LocalMedia): Promise<void> {
  if (media.screen.peek()) return media.stopScreen();
  if (!canShareScreen()) return;
  try {
    await media.startScreen();
  } catch (error) {
    console.warn("Radist:", error);
    announce("The screen could not be shared.");
  }
}
