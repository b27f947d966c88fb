import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { AttachButton } from "./attach-button.tsx";
import type { FileTransfers } from "./file-transfers.ts";
import { MAX_TEXT_LENGTH } from "./wire.ts";

interface ComposerProps {
  /** Whether what is written can be sent now. */
  readonly open: boolean;
  /** Why not, while it is not. */
  readonly hint: string;
  readonly onWrite: (text: string) => void;
  /** Where files can be sent. */
  readonly files?: FileTransfers;
  /** The field takes the focus whenever this changes. */
  readonly focusOn?: unknown;
  /** Shown above the field, such as the choice of a recipient. */
  readonly children?: ComponentChildren;
}

/** Writes messages and chooses files. Enter sends, Shift+Enter breaks the line. */
export function Composer({ open, hint, onWrite, files, focusOn, children }: ComposerProps) {
  const text = useSignal("");
  const problem = useSignal<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  useEffect(() => field.current?.focus(), [focusOn]);

  const send = (): void => {
    if (!open || text.value.trim() === "") return;
    onWrite(text.value);
    text.value = "";
    problem.value = null;
    field.current?.focus();
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
      {!open && <p class="composer-hint soft">{hint}</p>}
      {children}
      <div class="composer-row">
        {files ? (
          <AttachButton files={files} disabled={!open} onProblem={(found) => (problem.value = found)} />
        ) : (
          <span class="composer-start" />
        )}
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
