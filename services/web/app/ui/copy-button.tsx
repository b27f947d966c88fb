import type { ComponentChildren } from "preact";
import { announce } from "./announcer.tsx";
import { Button } from "./button.tsx";

interface CopyButtonProps {
  readonly children: ComponentChildren;
  readonly text: () => string;
  /** What is copied, at the beginning of a sentence. */
  readonly what: string;
}

export function CopyButton({ children, text, what }: CopyButtonProps) {
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      announce(`${what} are copied.`);
    } catch {
      announce(`${what} could not be copied.`);
    }
  };
  return (
    <Button icon="copy" onClick={() => void copy()}>
      {children}
    </Button>
  );
}
