import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { HelpDialog } from "../help/help-dialog.tsx";
import { useShortcuts } from "../help/use-shortcuts.ts";
import { DevicesDialog } from "../media/devices-dialog.tsx";
import { toggleCamera, toggleMicrophone } from "../media/switches.tsx";
import { MessagePanel } from "../messages/panel.tsx";
import { announce } from "../ui/announcer.tsx";
import { Brand } from "../ui/brand.tsx";
import { IconButton } from "../ui/button.tsx";
import { Controls, toggleScreen } from "./controls.tsx";
import type { JoinedCall } from "./joined-call.ts";
import { copyLink } from "./share.ts";
import { Stage } from "./stage.tsx";
import { StatusChip } from "./status-chip.tsx";
import { useWakeLock } from "./wake-lock.ts";
import "./in-call.css";

interface InCallProps {
  readonly call: JoinedCall;
  readonly callId: string;
  readonly onLeave: () => void;
}

export function InCall({ call, callId, onLeave }: InCallProps) {
  const { media, conversation, other } = call;
  const dialog = useSignal<"help" | "devices" | null>(null);
  const main = useRef<HTMLElement>(null);
  const panelOpen = conversation.panelOpen.value;
  const unread = conversation.unread.value;

  useWakeLock();
  useEffect(() => main.current?.focus(), []);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}${other.presence.value.name || "Call"} · Radist`;
  }, [unread, other.presence.value.name]);

  const closePanel = (): void => {
    conversation.setPanelOpen(false);
    main.current?.querySelector<HTMLElement>("[data-testid=chat]")?.focus();
  };
  useShortcuts({
    m: () => void toggleMicrophone(media),
    v: () => void toggleCamera(media),
    s: () => void toggleScreen(media),
    c: () => {
      if (conversation.panelOpen.peek()) closePanel();
      else conversation.setPanelOpen(true);
    },
    l: () =>
      void copyLink(callId).then((copied) => announce(copied ? "Link copied." : "The link could not be copied.")),
    "?": () => {
      dialog.value = "help";
    },
    Escape: () => {
      if (conversation.panelOpen.peek()) closePanel();
    },
  });

  return (
    <main class="page call" ref={main} tabIndex={-1} aria-label="Call" data-testid="call">
      <header class="call-header tips-below">
        <Brand />
        <StatusChip call={call} />
        <div class="call-header-buttons">
          <IconButton
            icon="settings"
            label="Camera and microphone"
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
      <div class={`call-body ${panelOpen ? "call-body-split" : ""}`}>
        <Stage call={call} callId={callId} />
        {panelOpen && <MessagePanel conversation={conversation} otherName={other.name} onClose={closePanel} />}
      </div>
      <Controls call={call} onLeave={onLeave} />
      {dialog.value === "help" && <HelpDialog onClose={() => (dialog.value = null)} />}
      {dialog.value === "devices" && <DevicesDialog media={media} onClose={() => (dialog.value = null)} />}
    </main>
  );
}
