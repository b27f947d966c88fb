import type { ComponentChildren } from "preact";
import { canShareScreen } from "../media/capture.ts";
import type { LocalMedia } from "../media/device-signals.ts";
import { CameraButton, MicrophoneButton } from "../media/switches.tsx";
import type { MessageLog } from "../messages/message-log.ts";
import { IconButton } from "../ui/button.tsx";
import "./control-bar.css";

interface ControlBarProps {
  readonly label: string;
  readonly media: LocalMedia;
  readonly log: MessageLog;
  /** Whether the own screen is shared. */
  readonly sharing: boolean;
  readonly onScreen: () => void;
  readonly onLeave: () => void;
  /** Further buttons, before the one that leaves. */
  readonly children?: ComponentChildren;
}

export function ControlBar({ label, media, log, sharing, onScreen, onLeave, children }: ControlBarProps) {
  const open = log.panelOpen.value;
  return (
    <fieldset class="controls" aria-label={label}>
      <MicrophoneButton media={media} />
      <CameraButton media={media} />
      {canShareScreen() && (
        <IconButton
          icon={sharing ? "screen-stop" : "screen"}
          label={sharing ? "Stop sharing the screen" : "Share the screen"}
          shortcut="S"
          tone={sharing ? "on" : "plain"}
          onClick={onScreen}
          testId="screen"
        />
      )}
      <IconButton
        icon="chat"
        label={open ? "Close messages" : "Messages"}
        shortcut="C"
        tone={open ? "on" : "plain"}
        badge={log.unread.value}
        onClick={() => log.setPanelOpen(!open)}
        testId="chat"
      />
      {children}
      <IconButton icon="leave" label="Leave" tone="danger" onClick={onLeave} testId="leave" />
    </fieldset>
  );
}
