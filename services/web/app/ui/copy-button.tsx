import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";

interface CopyButtonProps {
  readonly children: ComponentChildren;
  readonly text: () => string;
  /** What is copied, at the beginning of a sentence. */
  readonly what: string;
}

export function CopyButton({ children, text, what }: CopyButtonProps) {
  const outcome = useSignal("");
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      outcome.value = `${what} are copied.`;
    } catch {
      outcome.value = `${what} could not be copied.`;
    }
  };
  return (
    <>
      <Button icon="copy" onClick={() => void copy()}>
        {children}
      </Button>
      {/* Beside the button: what is outside a dialog is not read while that is open. */}
      <span role="status" class="soft">
        {outcome}
      </span>
    </>
  );
}
