import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { HelpDialog } from "../help/help-dialog.tsx";
import { type Shortcuts, useShortcuts } from "../help/use-shortcuts.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import { DevicesDialog } from "../media/devices-dialog.tsx";
import type { MessageLog } from "../messages/message-log.ts";
import { copyLink } from "../share/share.ts";
import { announce } from "../ui/announcer.tsx";
import { Brand } from "../ui/brand.tsx";
import { IconButton } from "../ui/button.tsx";
import type { ScreenSharing } from "./screen-sharing.ts";
import { useWakeLock } from "./wake-lock.ts";
import "./meeting.css";
import "./stage.css";

interface FrameProps {
  readonly kind: "call" | "room";
  /** The title of the browser's tab. */
  readonly title: string;
  readonly devices: DeviceSignals;
  readonly log: MessageLog;
  readonly link: string;
  readonly screen: ScreenSharing;
  /** Shortcuts of this kind only. */
  readonly shortcuts?: Shortcuts;
  readonly status: ComponentChildren;
  /** Buttons of this kind only, in the header. */
  readonly headerButtons?: ComponentChildren;
  readonly stage: ComponentChildren;
  readonly panel: (onClose: () => void) => ComponentChildren;
  readonly controls: ComponentChildren;
}

/** The layout that calls and rooms share: header, stage, messages next to it, controls, shortcuts. */
export function Frame({ kind, title, devices, screen, log, link, ...props }: FrameProps) {
  const dialog = useSignal<"help" | "devices" | null>(null);
  const main = useRef<HTMLElement>(null);
  const panelOpen = log.panelOpen.value;
  const unread = log.unread.value;

  useWakeLock();
  useEffect(() => main.current?.focus(), []);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${title} · Radist`;
  }, [unread, title]);

  const closePanel = (): void => {
    log.setPanelOpen(false);
    main.current?.querySelector<HTMLElement>("[data-testid=chat]")?.focus();
  };
  useShortcuts({
    m: () => void devices.toggleMicrophone(),
    v: () => void devices.toggleCamera(),
    s: () => void screen.toggle(),
    c: () => {
      if (log.panelOpen.peek()) closePanel();
      else log.setPanelOpen(true);
    },
    l: () => void copyLink(link).then((copied) => announce(copied ? "Link copied." : "The link could not be copied.")),
    "?": () => {
      dialog.value = "help";
    },
    Escape: () => {
      if (log.panelOpen.peek()) closePanel();
    },
    ...props.shortcuts,
  });

  return (
    <main
      class="page meeting"
      ref={main}
      tabIndex={-1}
      aria-label={kind === "call" ? "Call" : "Room"}
      data-testid={kind}
    >
      <header class="meeting-header tips-below">
        <Brand />
        {props.status}
        <div class="meeting-header-buttons">
          {props.headerButtons}
          <IconButton
            icon="settings"
            label="Camera and sound"
            small
            onClick={() => (dialog.value = "devices")}
            testId="devices"
          />
          <IconButton
            icon="help"
            label="Keyboard shortcuts"
            shortcut="?"
            small
            onClick={() => (dialog.value = "help")}
            testId="help"
          />
        </div>
      </header>
      <div class={`meeting-body ${panelOpen ? "meeting-body-split" : ""}`}>
        {props.stage}
        {panelOpen && props.panel(closePanel)}
      </div>
      {props.controls}
      {dialog.value === "help" && <HelpDialog kind={kind} onClose={() => (dialog.value = null)} />}
      {dialog.value === "devices" && <DevicesDialog devices={devices} onClose={() => (dialog.value = null)} />}
    </main>
  );
}
