import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import { EntryView } from "./entry-view.tsx";
import type { FileTransfers } from "./file-transfers.ts";
import type { MessageLog } from "./message-log.ts";
import "./panel.css";

interface PanelProps {
  readonly log: MessageLog;
  /** Where files can be sent. */
  readonly files?: FileTransfers;
  /** Who wrote the entries that name no sender. */
  readonly senderName: string;
  /** Shown until something is written. */
  readonly hint: string;
  readonly onClose: () => void;
  /** The composer. */
  readonly children: ComponentChildren;
}

/** Messages and files, next to the video on wide screens, over it on narrow ones. */
export function MessagePanel({ log, files, senderName, hint, onClose, children }: PanelProps) {
  const list = useRef<HTMLOListElement>(null);
  const dropping = useSignal(false);
  useSignalEffect(() => {
    void log.entries.value.length;
    // After the new entry has been drawn.
    requestAnimationFrame(() => list.current?.scrollTo({ top: list.current.scrollHeight }));
  });
  const entries = log.entries.value;

  return (
    <aside
      class={`panel ${dropping.value ? "panel-dropping" : ""}`}
      aria-label="Messages"
      data-testid="messages"
      onDragOver={(event) => {
        event.preventDefault();
        dropping.value = files !== undefined;
      }}
      onDragLeave={() => {
        dropping.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        dropping.value = false;
        for (const file of event.dataTransfer?.files ?? []) void files?.offer(file);
      }}
    >
      <header>
        <h2>Messages</h2>
        <IconButton icon="close" label="Close messages" small onClick={onClose} testId="close-messages" />
      </header>
      <ol ref={list} class="entries">
        {entries.length === 0 && <li class="entries-empty soft">{hint}</li>}
        {entries.map((entry) => (
          <EntryView key={entry.id} entry={entry} senderName={senderName} onCancel={(id) => files?.cancel(id)} />
        ))}
      </ol>
      {children}
    </aside>
  );
}
