import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import { Composer } from "./composer.tsx";
import type { Conversation } from "./conversation.ts";
import { EntryView } from "./entry-view.tsx";
import "./panel.css";

interface PanelProps {
  readonly conversation: Conversation;
  readonly otherName: string;
  readonly onClose: () => void;
}

/** Messages and files, beside the picture on wide screens, above it on narrow ones. */
export function MessagePanel({ conversation, otherName, onClose }: PanelProps) {
  const list = useRef<HTMLOListElement>(null);
  const dropping = useSignal(false);
  useSignalEffect(() => {
    void conversation.entries.value.length;
    // After the new entry has been drawn.
    requestAnimationFrame(() => list.current?.scrollTo({ top: list.current.scrollHeight }));
  });
  const entries = conversation.entries.value;

  return (
    <aside
      class={`panel ${dropping.value ? "panel-dropping" : ""}`}
      aria-label="Messages"
      data-testid="messages"
      onDragOver={(event) => {
        event.preventDefault();
        dropping.value = true;
      }}
      onDragLeave={() => {
        dropping.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        dropping.value = false;
        for (const file of event.dataTransfer?.files ?? []) void conversation.files.offer(file);
      }}
    >
      <header>
        <h2>Messages</h2>
        <IconButton icon="close" label="Close messages" small onClick={onClose} testId="close-messages" />
      </header>
      <ol ref={list} class="entries">
        {entries.length === 0 && (
          <li class="entries-empty soft">
            Messages and files go straight to the other browser and are gone when you close this page.
          </li>
        )}
        {entries.map((entry) => (
          <EntryView
            key={entry.id}
            entry={entry}
            otherName={otherName}
            onCancel={(id) => conversation.files.cancel(id)}
          />
        ))}
      </ol>
      <Composer conversation={conversation} />
    </aside>
  );
}
