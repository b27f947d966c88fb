import { canShareScreen } from "@radist-tech/client";
import type { ComponentChildren } from "preact";
import type { DeviceSignals } from "../media/device-signals.ts";
import { CameraButton, MicrophoneButton } from "../media/switches.tsx";
import type { MessageLog } from "../messages/message-log.ts";
import { IconButton } from "../ui/button.tsx";
import "./control-bar.css";
import type { ScreenSharing } from "./screen-sharing.ts";

interface ControlBarProps {
  readonly label: string;
  readonly devices: DeviceSignals;
  readonly log: MessageLog;
  readonly screen: ScreenSharing;
  readonly onLeave: () => void;
  /** Further buttons, before the one that leaves. */
  readonly children?: ComponentChildren;
}

export function ControlBar({ label, devices, log, screen, onLeave, children }: ControlBarProps) {
  const open = log.panelOpen.value;
  const isShared = screen.isShared.value;
  return (
    <fieldset class="controls" aria-label={label}>
      <MicrophoneButton devices={devices} />
      <CameraButton devices={devices} />
      {canShareScreen() && (
        <IconButton
          icon={isShared ? "screen-stop" : "screen"}
          label={isShared ? "Stop sharing your screen" : "Share your screen"}
          shortcut="S"
          tone={isShared ? "on" : "plain"}
          onClick={() => void screen.toggle()}
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
