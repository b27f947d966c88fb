import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import { Icon } from "../ui/icon.tsx";
import type { Conversation } from "./conversation.ts";
import { sizeText } from "./entry.ts";
import { MAX_FILE_BYTES } from "./file-transfers.ts";
import { MAX_TEXT_LENGTH } from "./wire.ts";

/** Writes messages and chooses files. Enter sends, Shift+Enter breaks the line. */
export function Composer({ conversation }: { conversation: Conversation }) {
  const text = useSignal("");
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const open = conversation.open.value;

  useEffect(() => field.current?.focus(), []);

  const send = (): void => {
    if (!open || text.value.trim() === "") return;
    void conversation.write(text.value);
    text.value = "";
    problem.value = null;
    field.current?.focus();
  };

  const offer = (files: FileList | null): void => {
    problem.value = null;
    for (const file of files ?? []) {
      if (file.size <= MAX_FILE_BYTES) void conversation.files.offer(file);
      else problem.value = `${file.name} is ${sizeText(file.size)}. Files may have up to ${sizeText(MAX_FILE_BYTES)}.`;
    }
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {problem.value && (
        <p class="composer-problem" role="alert">
          {problem.value}
        </p>
      )}
      {!open && <p class="composer-hint soft">You can write as soon as you are connected.</p>}
      <div class="composer-row">
        <IconButton
          icon="attach"
          label="Send a file"
          small
          disabled={!open}
          onClick={() => chooser.current?.click()}
          testId="attach"
        />
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          data-testid="file-input"
          onChange={(event) => {
            offer(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
        <textarea
          ref={field}
          rows={1}
          aria-label="Message"
          placeholder="Write a message"
          enterkeyhint="send"
          maxLength={MAX_TEXT_LENGTH}
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
          data-testid="message-input"
        />
        <button
          type="submit"
          class="icon-button icon-button-small composer-send"
          aria-label="Send message"
          disabled={!open}
          data-testid="send-message"
        >
          <Icon name="send" size={20} />
        </button>
      </div>
    </form>
  );
}
