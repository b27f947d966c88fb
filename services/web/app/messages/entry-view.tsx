import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import { type Entry, type FileEntry, sizeText, type TextEntry } from "./entry.ts";

interface EntryProps {
  readonly entry: Entry;
  readonly senderName: string;
  readonly onCancel: (id: string) => void;
}

export function EntryView({ entry, senderName, onCancel }: EntryProps) {
  const time = entry.at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return (
    <li class={`entry ${entry.own ? "entry-own" : ""}`} data-testid="entry">
      <p class="entry-from soft">
        {entry.who ?? (entry.own ? "You" : senderName)} · <time dateTime={entry.at.toISOString()}>{time}</time>
      </p>
      {entry.kind === "text" ? <TextBody entry={entry} /> : <FileBody entry={entry} onCancel={onCancel} />}
    </li>
  );
}

function TextBody({ entry }: { entry: TextEntry }) {
  return (
    <div class="bubble">
      <p class="bubble-text">{entry.text}</p>
      {entry.failed && <p class="bubble-failed">Not sent</p>}
    </div>
  );
}

function FileBody({ entry, onCancel }: { entry: FileEntry; onCancel: (id: string) => void }) {
  const moving = entry.state === "moving";
  return (
    <div class="bubble bubble-file" data-state={entry.state}>
      <Icon name="file" />
      <div class="bubble-file-text">
        <p class="bubble-file-name">{entry.name}</p>
        <p class="soft">{fileText(entry)}</p>
        {moving && (
          <progress max={Math.max(1, entry.size)} value={entry.bytes} aria-label={`Progress of ${entry.name}`} />
        )}
      </div>
      {moving && <IconButton icon="close" label={`Cancel ${entry.name}`} small onClick={() => onCancel(entry.id)} />}
      {entry.url && (
        <a
          class="icon-button icon-button-small"
          href={entry.url}
          download={entry.name}
          aria-label={`Download ${entry.name}`}
          data-testid="download"
        >
          <Icon name="download" size={20} />
        </a>
      )}
    </div>
  );
}

function fileText({ state, own, size, bytes }: FileEntry): string {
  switch (state) {
    case "moving":
      return `${sizeText(bytes)} of ${sizeText(size)}`;
    case "done":
      return own ? `${sizeText(size)} · delivered` : sizeText(size);
    case "failed":
      return own ? "Interrupted. Please send it again." : "Interrupted";
    case "cancelled":
      return own ? "You cancelled this file" : "Cancelled by the sender";
    case "refused":
      return own ? "Cancelled by the receiver" : "You cancelled this file";
  }
}
